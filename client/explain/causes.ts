/** Temporal's chain of failures as sentences, from the outermost to the cause. */
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from "@temporalio/common";

const RETRIES: Readonly<Record<string, string>> = {
  NON_RETRYABLE_FAILURE: "was not tried again, because another attempt would end the same",
  MAXIMUM_ATTEMPTS_REACHED: "was given up after its last attempt",
  TIMEOUT: "was given up, because its time was over",
  CANCEL_REQUESTED: "was not tried again, because it had been cancelled",
};
const TIMEOUTS: Readonly<Record<string, string>> = {
  HEARTBEAT: "its worker gave no sign of life",
  START_TO_CLOSE: "one attempt took too long",
  SCHEDULE_TO_START: "no worker took it",
  SCHEDULE_TO_CLOSE: "all attempts together took too long",
};

/** @param error the cause of a `WorkflowFailedError` */
export function causesOf(error: unknown): readonly string[] {
  const causes: string[] = [];
  for (let link = error; link instanceof Error; link = link.cause) {
    const text = textOf(link);
    // Our errors travel inside Temporal's, which repeat their message.
    if (!causes.some((known) => known.includes(link instanceof ApplicationFailure ? link.message : text)))
      causes.push(text);
  }
  return causes;
}

function textOf(error: Error): string {
  if (error instanceof ActivityFailure) {
    const { activityType, activityId, retryState, identity } = error;
    const where = identity === undefined || identity === "" ? "" : ` on worker ${identity}`;
    return `activity ${activityId ?? activityType} (${activityType})${where} ${RETRIES[retryState ?? ""] ?? "failed"}`;
  }
  if (error instanceof ApplicationFailure && error.type) return `${error.type}: ${error.message}`;
  if (error instanceof TimeoutFailure)
    return `time ran out: ${TIMEOUTS[error.timeoutType ?? ""] ?? error.timeoutType}`;
  return error.message === "" ? error.name : error.message;
}
