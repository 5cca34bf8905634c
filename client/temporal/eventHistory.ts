/** A run's event history, as Temporal has it. */
import type { WorkflowHandle } from "@temporalio/client";
import { type TemporalAccess, temporalCall } from "./call.js";
import { decode } from "./payloads.js";

export type History = Awaited<ReturnType<WorkflowHandle["fetchHistory"]>>;

export async function fetchEvents(session: TemporalAccess, runId: string): Promise<History> {
  return temporalCall(session, "reading the run's history", () =>
    session.temporal.workflow.getHandle(runId).fetchHistory(),
  );
}

/** What the run was started with, as it was written: another version of thaw may have written it in another way. */
export function inputIn({ events }: History): unknown {
  return decode(events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]);
}
