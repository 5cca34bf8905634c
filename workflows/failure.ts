/** What a failed run says of its failure in the Temporal UI. */
import { ActivityFailure, ApplicationFailure, isCancellation, TimeoutFailure } from "@temporalio/workflow";

export interface ShownFailure {
  /** One of `ERROR_CODES`, where the error has one. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** @returns undefined for a cancellation, which whoever asked for it knows of */
export function shownFailure(error: unknown): ShownFailure | undefined {
  if (isCancellation(error)) return undefined;
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) {
    const [first] = (cause.details ?? []) as readonly unknown[];
    const hint = (first as { hint?: unknown } | null | undefined)?.hint;
    return {
      code: cause.type ?? "RUN_FAILED",
      message: cause.message,
      ...(typeof hint === "string" ? { hint } : {}),
    };
  }
  if (cause instanceof TimeoutFailure) {
    return {
      code: "RUN_FAILED",
      message: `time ran out (${cause.timeoutType}): the worker may have died again and again`,
      hint: "the training worker's log has its last output",
    };
  }
  return { code: "RUN_FAILED", message: cause instanceof Error ? cause.message : String(cause) };
}
