/** JSON of runs: `thaw run`, `thaw watch` and `thaw cancel`. Public API. */
import type { RunView } from "../../client/runs/watch.js";
import type { ErrorCode } from "../../spec/errors.js";
import type { LiveStage, RunResult } from "../../spec/pipeline/run.js";
import type { PodState } from "../../spec/pods/pod.js";
import type { RunControl } from "../../spec/steering/steering.js";
import type { RunSurroundings } from "../render/runs/run.js";

/** `thaw run --detach --json`. */
export interface StartedRunJson {
  readonly runId: string;
  /** The run in the Temporal UI, if it is known where that is. */
  readonly url?: string;
}

/**
 * `thaw run --json`, and a line for each change of `thaw watch --json` and `thaw run --watch --json`. The
 * last line is of the run that has ended.
 */
export interface RunJson {
  readonly runId: string;
  readonly model: string;
  readonly status: "running" | "completed" | "failed" | "cancelled" | "terminated" | "timed-out";
  /** ISO 8601. */
  readonly startedAt: string;
  readonly closedAt?: string;
  readonly url?: string;
  /** In the order in which they run. */
  readonly stages: readonly LiveStage[];
  /** Of a completed run. */
  readonly result?: RunResult;
  /** Of a run that ended otherwise. */
  readonly failure?: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly hint?: string;
    readonly stage?: string;
    /** The look-up before the stage failed: no attempt at it began. */
    readonly atLookup?: true;
  };
  /** True while a task of the run waits for a worker that is not there. */
  readonly noWorker?: boolean;
  /** What keeps the run from going on, and what mends it. */
  readonly warning?: string;
  /** What the run was told while it went on, and what became of it. */
  readonly control?: RunControl;
  /** The pod that trains, while there is one or it is waited for. */
  readonly pod?: PodState;
  /** The run that this one goes on from. */
  readonly resumedFrom?: string;
}

/** `thaw cancel --json`. */
export interface CancelJson {
  readonly runId: string;
  readonly outcome: "requested" | "already-closed";
}

export function runJson(view: RunView, { url, warning }: RunSurroundings): RunJson {
  const { startedAt, closedAt, ...rest } = view;
  return {
    ...rest,
    startedAt: startedAt.toISOString(),
    ...(closedAt === undefined ? {} : { closedAt: closedAt.toISOString() }),
    ...(url === undefined ? {} : { url }),
    ...(warning === undefined ? {} : { warning }),
  };
}
