/** What a run's explanation is made of. */
import type { AutoPrecision } from "../../spec/engine/precision.js";
import type { LogLine } from "../../spec/log.js";
import type { DepthDecision } from "../../spec/retraining/depthDecision.js";
import type { Warning } from "../../spec/warnings/warning.js";
import type { RunView } from "../runs/watch.js";
import type { WaitingQueue } from "../temporal/pollers.js";

/** An activity that Temporal has given out, or is about to. */
export interface Task {
  /** Undefined for an activity of the run as a whole. */
  readonly stage?: string;
  /** True for the look-up in the store before a stage. */
  readonly isLookup: boolean;
  /** Id of an activity that computes a part of the stage, a shard, or decides on the parts. */
  readonly part?: string;
  readonly state: "running" | "queued" | "backing-off" | "paused" | "cancelling";
  readonly queue: string;
  readonly attempt: number;
  /** Absent when there is no limit. */
  readonly mostAttempts?: number;
  /** Seconds in this state. */
  readonly seconds: number;
  /** Seconds since the worker's last sign of life. */
  readonly silentSeconds?: number;
  /** Seconds of silence after which the server starts another attempt. */
  readonly mostSilentSeconds?: number;
  /** Seconds until the next attempt. */
  readonly nextTrySeconds?: number;
  readonly lastFailure?: string;
}

/** The run's place in its queues, as Temporal has it: the run file's, and one more of what a schedule started. */
export interface QueuePriority {
  /** 1 to 5. */
  readonly key: number;
  /** Whether the server is one that surely goes by it. */
  readonly heeded: boolean;
}

export interface Situation {
  readonly view: RunView;
  readonly tasks: readonly Task[];
  /** How deep it trains, where a retraining started it. */
  readonly depth?: DepthDecision;
  /** What `precision: auto` of its run file came to. */
  readonly autoPrecision?: AutoPrecision;
  /** Where a task has been waiting for seconds. */
  readonly waiting: readonly WaitingQueue[];
  /** Of a run that waits behind others; absent where the server does not tell it. */
  readonly priority?: QueuePriority;
  /** Why the run's pod cannot be made, watched or removed just now. */
  readonly podTrouble?: string;
  /** Of a run that ended badly: what Temporal's failures say, from the outermost to the cause. */
  readonly causes: readonly string[];
  /** The last lines of the log of the stage that failed. */
  readonly lastLines: readonly LogLine[];
  /** That a worker on this machine is down, and what starts it. */
  readonly workerDown?: string;
  /** Whether `thaw up` runs the workers. */
  readonly embedded: boolean;
}

/** What a run does, in a word. */
export type Condition =
  | "waiting-for-worker"
  | "waiting-for-pod"
  | "queued"
  | "working"
  | "retrying"
  | "paused"
  | "failed"
  | "cancelled"
  | "completed";

export interface Explanation {
  readonly runId: string;
  readonly status: RunView["status"];
  readonly condition: Condition;
  /** What it does, waits for or ended with, and why. */
  readonly sentences: readonly string[];
  /** What can be done about it. */
  readonly advice: readonly string[];
  /** Of images and figures, the strongest first. */
  readonly warnings: readonly Warning[];
  readonly lastLines: readonly LogLine[];
}
