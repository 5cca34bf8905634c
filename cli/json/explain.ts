/** JSON of `thaw explain`. Public API. */
import type { LogLine } from "../../spec/log.js";
import type { RunJson } from "./run.js";

export interface ExplainJson {
  readonly runId: string;
  readonly status: RunJson["status"];
  /** What it does, in a word. */
  readonly condition:
    | "waiting-for-worker"
    | "waiting-for-pod"
    | "queued"
    | "working"
    | "retrying"
    | "paused"
    | "failed"
    | "cancelled"
    | "completed";
  readonly sentences: readonly string[];
  /** What can be done about it. */
  readonly advice: readonly string[];
  /** Of the log of the stage that failed. */
  readonly lastLines: readonly LogLine[];
}
