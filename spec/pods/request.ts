/** What the activities about pods are asked. */
import type { RunInput } from "../pipeline/run.js";
import type { PodGroup } from "./groups.js";

/** Which pod an activity is about. */
export interface PodRequest {
  readonly run: RunInput;
  /** The stages whose pod it is; absent for the run's. */
  readonly group?: PodGroup;
  /** From 2, of pods that work beside the run's first; absent for that. */
  readonly lane?: number;
}
