/** Ends a stage's job when the run is paused; the workflow begins the stage again later. */
import { ApplicationFailure } from "@temporalio/activity";
import type { ErrorCode } from "../../spec/errors.js";
import type { StageRequest } from "../../spec/pipeline/activities.js";
import type { AppliedAt } from "../../spec/steering/steering.js";
import type { Store } from "../../store/connection/connection.js";
import { pollControl } from "./controlPoll.js";

/**
 * Runs the job with a signal that a pause aborts, too.
 * @throws ApplicationFailure of type PAUSED
 */
export async function pausable<T>(
  store: Store,
  request: StageRequest,
  cancellation: AbortSignal,
  job: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const pause = new AbortController();
  const poll = pollControl(store, request, (control) => {
    if (control.kind === "stop") pause.abort(pausedFailure({}));
  });
  try {
    return await job(AbortSignal.any([cancellation, pause.signal]));
  } catch (error) {
    if (pause.signal.aborted && !cancellation.aborted) throw pause.signal.reason;
    throw error;
  } finally {
    await poll.stop();
  }
}

/** How an activity ends for a pause: not to be retried, because the workflow waits first. */
export function pausedFailure(at: Omit<AppliedAt, "stage">): ApplicationFailure {
  return ApplicationFailure.create({
    message: "the stage stopped for a pause",
    type: "PAUSED" satisfies ErrorCode,
    nonRetryable: true,
    details: [at],
  });
}
