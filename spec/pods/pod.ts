/** The pod that trains a run, as the workflow and the clients know it. */
import type { ErrorCode } from "../errors.js";
import type { PodGroup } from "./groups.js";

/** Signal to the run's workflow: a {@link PodState}, whenever it has changed. */
export const POD_SIGNAL = "podState";
/**
 * Queue of a run's own pod: `thaw-run-RUN`, and `thaw-run-RUN-STAGE` of the pod for stages with other settings; where
 * stages run side by side those beside the first end with `-lane2` and so on.
 */
const POD_QUEUE = "thaw-run-";
/** Exit code of a worker that was told to leave: 128 + SIGTERM, as shells count. With 0 its Job would be done. */
export const LEFT_EXIT_CODE = 143;
/** Exit code of a worker whose settings are wrong (`ERROR_CODES`): another pod would end the same. */
export const USER_ERROR_EXIT_CODE = 2;

export const podQueue = (runId: string, group?: PodGroup, lane?: number): string =>
  `${POD_QUEUE}${podNameOf(runId, group, lane)}`;
export const isPodQueue = (queue: string): boolean => queue.startsWith(POD_QUEUE);

/** What a run calls a pod's things by: the run's own ones have its name alone. */
export const podNameOf = (runId: string, group: PodGroup | undefined, lane?: number): string =>
  [runId, ...(group === undefined ? [] : [group]), ...(lane === undefined ? [] : [`lane${lane}`])].join("-");

/** What there is to say of a pod, or of a Job that has none. */
export type PodReason =
  /** The Job controller has not made it yet. */
  | "creating"
  /** Kueue, or somebody, holds the Job. */
  | "held"
  | "unschedulable"
  | "quota"
  | "admission"
  | "scheduled"
  | "pulling"
  | "image-pull"
  | "container"
  | "volume"
  | "running"
  | "leaving"
  | "crash-loop"
  | "out-of-memory"
  | "evicted"
  | "preempted"
  | "node-lost"
  | "killed"
  | "crashed"
  | "deadline"
  | "settings"
  | "ended"
  | "gone";

export interface PodState {
  /** The stages that have a pod of their own; absent for the run's. */
  readonly group?: PodGroup;
  /** From 2, of pods that work beside the first. */
  readonly lane?: number;
  readonly phase: "waiting" | "starting" | "running" | "ended";
  readonly reason: PodReason;
  /** One sentence without a full stop, in the cluster's own words where it has some. */
  readonly sentence: string;
  readonly pod?: string;
  readonly node?: string;
  /** Pods of the run that have ended. */
  readonly ended?: number;
  /** How the last of them ended. */
  readonly lastEnd?: { readonly reason: PodReason; readonly sentence: string };
  /** Set when waiting longer would change nothing: the run fails with this. */
  readonly final?: { readonly code: ErrorCode; readonly hint: string };
}
