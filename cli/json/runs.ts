/** JSON of `thaw runs`. Public API. */
import type { RunListing } from "../../client/runs/list.js";
import type { FoldsInBrief } from "../../spec/records/folds.js";
import type { RunJson } from "./run.js";

export interface RunsJson {
  /** Newest first. */
  readonly runs: readonly RunListingJson[];
}

export interface RunListingJson {
  readonly runId: string;
  readonly model: string;
  readonly status: RunJson["status"];
  /** ISO 8601. */
  readonly startedAt: string;
  readonly closedAt?: string;
  /** Accuracy in [0, 1] on the held-out images, of completed runs. */
  readonly testAccuracy?: number;
  /** The recipe cross-validated: for small sets the figure to quote. Absent without folds. */
  readonly folds?: FoldsInBrief;
  /** Of a running run that is paused, or about to be. */
  readonly paused?: { readonly since: string; readonly by: string };
}

export function runsJson(runs: readonly RunListing[]): RunsJson {
  return {
    runs: runs.map(({ startedAt, closedAt, ...run }) => ({
      ...run,
      startedAt: startedAt.toISOString(),
      ...(closedAt === undefined ? {} : { closedAt: closedAt.toISOString() }),
    })),
  };
}
