/** Asks a run to end; what its stages have committed stays. */
import { WorkflowNotFoundError } from "@temporalio/common";
import type { Session } from "../session.js";
import { temporalCall } from "../temporal/call.js";
import { describeRun, statusOf } from "../temporal/executions.js";
import { resolveRunId } from "./resolve.js";

/** @throws ThawError NOT_FOUND, TEMPORAL_UNREACHABLE */
export async function cancelRun(session: Session, ref: string): Promise<"requested" | "already-closed"> {
  const runId = await resolveRunId(session, ref);
  const run = await describeRun(session, runId);
  if (run === undefined || statusOf(run) !== "running") return "already-closed";
  return temporalCall(session, "cancelling the run", async () => {
    try {
      await session.temporal.workflow.getHandle(runId).cancel();
      return "requested";
    } catch (error) {
      // It ended between the two calls.
      if (error instanceof WorkflowNotFoundError) return "already-closed";
      throw error;
    }
  });
}
