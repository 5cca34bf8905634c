/** Sends a test event to the endpoints of notifications, by the control worker, and says what came back. */
import { randomUUID } from "node:crypto";
import { WorkflowFailedError } from "@temporalio/client";
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from "@temporalio/common";
import { isErrorCode, ThawError } from "../../spec/errors.js";
import {
  ANNOUNCE_TYPE,
  type AnnounceInput,
  type Delivery,
  TEST_EVENT,
} from "../../spec/notifications/event.js";
import { CONTROL_QUEUE } from "../../spec/pipeline/run.js";
import { type TemporalAccess, temporalCall } from "../temporal/call.js";
import { whoAmI } from "../whoAmI.js";

/** One attempt of 15 seconds, and a worker that is busy. */
const PATIENCE_MS = 60_000;

/**
 * @param endpoint only this one; all when left out
 * @returns what came of each; none where the control worker's settings have no endpoints
 * @throws ThawError NOT_FOUND (the endpoint), USAGE (the settings), SERVICE_FAILED where no control worker does it, TEMPORAL_…
 */
export async function testNotifications(
  access: TemporalAccess,
  endpoint: string | undefined,
  milliseconds = PATIENCE_MS,
): Promise<readonly Delivery[]> {
  const input: AnnounceInput = {
    event: {
      type: TEST_EVENT,
      at: new Date().toISOString(),
      sentence: `A test of notifications, asked for by ${whoAmI()}`,
    },
    once: true,
    ...(endpoint === undefined ? {} : { endpoint }),
  };
  try {
    return await temporalCall(
      access,
      "testing the notifications",
      () =>
        access.temporal.workflow.execute<(input: AnnounceInput) => Promise<readonly Delivery[]>>(
          ANNOUNCE_TYPE,
          {
            workflowId: `announce-test-${randomUUID()}`,
            taskQueue: CONTROL_QUEUE,
            args: [input],
            // Nobody is to be told of it later, when somebody starts a worker.
            workflowExecutionTimeout: milliseconds,
            staticSummary: "test the notifications",
          },
        ),
      2 * milliseconds,
    );
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    throw endOfTest(error);
  }
}

function endOfTest(error: WorkflowFailedError): ThawError {
  const cause = error.cause instanceof ActivityFailure ? error.cause.cause : error.cause;
  if (cause instanceof ApplicationFailure && isErrorCode(cause.type)) {
    const [first] = (cause.details ?? []) as readonly ({ readonly hint?: string } | null)[];
    const hint = first?.hint;
    return new ThawError(cause.type, cause.message, { ...(hint ? { hint } : {}), cause: error });
  }
  if (error.cause instanceof TimeoutFailure) {
    return new ThawError("SERVICE_FAILED", "no control worker sent the test in time", {
      hint: "`thaw status` shows whether it runs; `thaw up` starts it on this machine",
      cause: error,
    });
  }
  return new ThawError("SERVICE_FAILED", `the test ended: ${cause?.message ?? error.message}`, {
    cause: error,
  });
}
