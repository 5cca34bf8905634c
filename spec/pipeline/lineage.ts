/** One id for all that came of one beginning: a run, the runs that go on from it, and a retraining with the run that it starts. */
import type { RunInput } from "./run.js";

/**
 * The id of the workflow with which it all began: of the retraining, or of the first run. Runs of clients from before there was one say
 * no more than which run they go on from.
 */
export function lineageOf({
  lineage,
  resumedFrom,
  runId,
}: Pick<RunInput, "lineage" | "resumedFrom" | "runId">): string {
  return lineage ?? resumedFrom ?? runId;
}
