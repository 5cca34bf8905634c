/** The state of a running run's stages: from the workflow itself, or from its history when no worker answers. */
import { type LiveStage, RUN_STATE_QUERY, type StageStatus } from "../spec/run.js";
import { type RunHistory, readHistory } from "./runHistory.js";
import { type TemporalAccess, temporalCall } from "./temporalCall.js";
import { runStateSchema } from "./wire.js";

/** A worker that is there answers in milliseconds. */
const QUERY_MS = 2_000;

export async function currentStages(session: TemporalAccess, runId: string): Promise<readonly LiveStage[]> {
  return (await queryStages(session, runId)) ?? (await stagesFromHistory(session, runId));
}

async function queryStages(
  session: TemporalAccess,
  runId: string,
): Promise<readonly StageStatus[] | undefined> {
  try {
    const answer = await temporalCall(
      session,
      "asking the run for its state",
      () => session.temporal.workflow.getHandle(runId).query(RUN_STATE_QUERY),
      QUERY_MS,
    );
    return runStateSchema.parse(answer).stages;
  } catch {
    // No worker, one that cannot run the workflow, or one of another version.
    return undefined;
  }
}

async function stagesFromHistory(session: TemporalAccess, runId: string): Promise<readonly LiveStage[]> {
  const { stages, stuck } = await fetchHistory(session, runId);
  if (stuck === undefined) return stages;
  const open = stages.findIndex(({ state }) => state === "running" || state === "waiting");
  const lastFailure = `the workflow cannot go on: ${stuck}`;
  return stages.map((stage, index) => (index === open ? { ...stage, lastFailure } : stage));
}

export async function fetchHistory(session: TemporalAccess, runId: string): Promise<RunHistory> {
  return readHistory(
    await temporalCall(session, "reading the run's history", () =>
      session.temporal.workflow.getHandle(runId).fetchHistory(),
    ),
  );
}
