/** Turns our errors into Temporal's, so that it retries what may heal and nothing else. */
import { ApplicationFailure, CancelledFailure, Context } from "@temporalio/activity";
import { toThawError } from "../../spec/errors.js";
import { maskedError } from "../../spec/network/maskedError.js";

/** Wraps an activity: errors become `ApplicationFailure`s with our code as type and the hint as detail. */
export function typedFailures<Request, Result>(
  activity: (request: Request) => Promise<Result>,
): (request: Request) => Promise<Result> {
  return async (request) => {
    try {
      return await activity(request);
    } catch (error) {
      const { cancellationSignal } = Context.current();
      if (cancellationSignal.aborted) throw cancellationSignal.reason;
      if (error instanceof CancelledFailure || error instanceof ApplicationFailure) throw error;
      const failure = toThawError(error, "ENGINE_FAILED");
      throw ApplicationFailure.create({
        message: failure.message,
        type: failure.code,
        nonRetryable: !failure.retryable,
        details: [{ hint: failure.hint ?? null }],
        ...(error instanceof Error ? { cause: maskedError(error) } : {}),
      });
    }
  };
}
