/** What is foreseen of a planned run besides its stages. */
import type { PlannedActivations } from "./activations.js";
import type { PlannedTime } from "./planned.js";
import type { PlannedShards } from "./shards.js";

/** Each is absent where there is nothing to say. */
export interface Forecasts {
  readonly time?: PlannedTime | undefined;
  readonly activations?: PlannedActivations | undefined;
  /** Of features. */
  readonly shards?: PlannedShards | undefined;
  /** Of ingest. */
  readonly imageShards?: PlannedShards | undefined;
}
