/** How a run ended: its result, or its failure in the project's own terms. */
import { WorkflowFailedError, type WorkflowHandle } from "@temporalio/client";
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  TerminatedFailure,
  TimeoutFailure,
} from "@temporalio/common";
import { z } from "zod";
import { type ErrorCode, isErrorCode } from "../../spec/errors.js";
import type { RunResult } from "../../spec/pipeline/run.js";
import { runResultSchema } from "../../spec/schemas/records/run.js";
import { type TemporalAccess, temporalCall } from "../temporal/call.js";
import { stageOfActivity } from "./stageOfActivity.js";

export interface RunFailure {
  /** One of `ERROR_CODES`. */
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  /** The stage that failed, if it was one. */
  readonly stage?: string;
  /** The look-up before the stage failed: no attempt at it began. */
  readonly atLookup?: true;
}

export interface Outcome {
  readonly result?: RunResult;
  readonly failure?: RunFailure;
}

/** @param handle of a run that has ended */
export async function outcomeOf(session: TemporalAccess, handle: WorkflowHandle): Promise<Outcome> {
  try {
    const value = await temporalCall(session, "reading the run's result", () => handle.result());
    const parsed = runResultSchema.safeParse(value);
    if (parsed.success) return { result: parsed.data };
    const message = "the run's result was written by another version of thaw and cannot be read";
    return { failure: { code: "RUN_FAILED", message } };
  } catch (error) {
    if (error instanceof WorkflowFailedError) return { failure: failureOf(error.cause) };
    throw error;
  }
}

/** @param error the cause of a `WorkflowFailedError` */
export function failureOf(error: unknown): RunFailure {
  if (error instanceof ActivityFailure) {
    const activity = error.activityId === undefined ? undefined : stageOfActivity(error.activityId);
    return {
      ...failureOf(error.cause),
      ...(activity === undefined ? {} : { stage: activity.stage }),
      ...(activity?.isLookup ? { atLookup: true } : {}),
    };
  }
  if (error instanceof ApplicationFailure) {
    return {
      code: isErrorCode(error.type) ? error.type : "RUN_FAILED",
      message: error.message,
      ...hintOf(error.details),
    };
  }
  if (error instanceof CancelledFailure) return { code: "RUN_CANCELLED", message: "the run was cancelled" };
  if (error instanceof TerminatedFailure) {
    const reason = error.message === "" ? "" : `: ${error.message}`;
    return { code: "RUN_CANCELLED", message: `the run was terminated in Temporal${reason}` };
  }
  if (error instanceof TimeoutFailure) {
    return {
      code: "RUN_FAILED",
      message: `time ran out (${error.timeoutType}): the worker may have died again and again`,
      hint: "the training worker's log has its last output",
    };
  }
  return { code: "RUN_FAILED", message: error instanceof Error ? error.message : "the run failed" };
}

/** `activities/life/failures.ts` sends the hint as the failure's first detail. */
function hintOf(details: unknown): { readonly hint?: string } {
  const parsed = z
    .tuple([z.object({ hint: z.string() })])
    .rest(z.unknown())
    .safeParse(details);
  return parsed.success ? { hint: parsed.data[0].hint } : {};
}
