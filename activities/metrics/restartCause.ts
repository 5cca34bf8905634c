/** What ended the attempt before: only the server knows of workers that said nothing any more. */
import type { Context } from "@temporalio/activity";
import type { RestartCause } from "./definitions.js";

/** `temporal.api.enums.v1.TimeoutType`. */
const HEARTBEAT_TIMEOUT = 4;

/** By the code of the failure. */
const CAUSES: Readonly<Record<string, RestartCause>> = {
  WORKER_STOPPING: "worker_leaving",
  WORKER_BUSY: "worker_busy",
  ENGINE_FAILED: "engine_died",
  OUT_OF_MEMORY: "out_of_memory",
  DISK_FULL: "disk_full",
  STORE_UNREACHABLE: "store_unreachable",
  FENCED: "fenced",
};

/** As the server tells it of an activity that is tried again: `temporal.api.failure.v1.Failure`. */
export interface LastFailure {
  readonly timeoutFailureInfo?: { readonly timeoutType?: number | null } | null;
  readonly applicationFailureInfo?: { readonly type?: string | null } | null;
  readonly canceledFailureInfo?: object | null;
}

export function causeOf(failure: LastFailure | null | undefined): RestartCause {
  const { timeoutFailureInfo: timeout, applicationFailureInfo: own, canceledFailureInfo } = failure ?? {};
  if (timeout) return timeout.timeoutType === HEARTBEAT_TIMEOUT ? "worker_lost" : "timeout";
  // The SDK cancels the activities of a worker that is told to stop.
  if (canceledFailureInfo) return "worker_leaving";
  return CAUSES[own?.type ?? ""] ?? "other";
}

/** Of an attempt after the first. Never fails: a metric is no reason to. */
export async function restartCause({ client, info }: Context): Promise<RestartCause> {
  try {
    const { workflowId = "", runId } = info.workflowExecution ?? {};
    const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
    const pending = raw.pendingActivities?.find(({ activityId }) => activityId === info.activityId);
    return causeOf(pending?.lastFailure);
  } catch {
    return "other";
  }
}
