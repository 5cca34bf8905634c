/** The state of a running run: from the workflow itself, or from its history when no worker answers. */
import { type LiveStage, RUN_STATE_QUERY, type RunState, type StageStatus } from "../../spec/pipeline/run.js";
import { type TemporalAccess, temporalCall } from "../temporal/call.js";
import { fetchEvents } from "../temporal/eventHistory.js";
import { runStateSchema } from "../temporal/wire.js";
import { type RunHistory, readHistory } from "./history.js";

/** A worker that is there answers in milliseconds. */
const QUERY_MS = 2_000;

export interface CurrentState extends Pick<RunState, "control" | "pod" | "otherPods"> {
  readonly stages: readonly (LiveStage & StageStatus)[];
}

export async function currentState(session: TemporalAccess, runId: string): Promise<CurrentState> {
  return (await queryState(session, runId)) ?? { stages: await stagesFromHistory(session, runId) };
}

/** Undefined when no worker can answer. */
export async function queryState(session: TemporalAccess, runId: string): Promise<RunState | undefined> {
  try {
    const answer = await temporalCall(
      session,
      "asking the run for its state",
      () => session.temporal.workflow.getHandle(runId).query(RUN_STATE_QUERY),
      QUERY_MS,
    );
    return runStateSchema.parse(answer);
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
  return readHistory(await fetchEvents(session, runId));
}
