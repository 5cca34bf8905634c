/** Failures of runs in the project's own terms. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
  TerminatedFailure,
  TimeoutFailure,
} from "@temporalio/common";
import { failureOf, type RunFailure } from "../../../../client/runs/outcome.js";

const inActivity = (activityId: string, cause: Error): ActivityFailure =>
  new ActivityFailure(
    "Activity task failed",
    "any",
    activityId,
    RetryState.NON_RETRYABLE_FAILURE,
    "worker",
    cause,
  );

const application = (type: string, details: unknown[]): ApplicationFailure =>
  ApplicationFailure.create({ message: "only one class", type, details, nonRetryable: true });

const CASES: Readonly<Record<string, { error: unknown; failure: RunFailure }>> = {
  "an error of ours in a stage": {
    error: inActivity("ingest", application("TOO_FEW_CLASSES", [{ hint: "add one" }])),
    failure: { code: "TOO_FEW_CLASSES", message: "only one class", hint: "add one", stage: "ingest" },
  },
  "an error of ours without a hint, in a look-up": {
    error: inActivity("find-tune-1", application("STORE_DENIED", [{ hint: null }])),
    failure: { code: "STORE_DENIED", message: "only one class", stage: "tune-1", atLookup: true },
  },
  "an error while the run was recorded": {
    error: inActivity("record-run", application("STORE_DENIED", [])),
    failure: { code: "STORE_DENIED", message: "only one class" },
  },
  "an error of somebody else": {
    error: inActivity("head", application("TypeError", [])),
    failure: { code: "RUN_FAILED", message: "only one class", stage: "head" },
  },
  "a cancelled run": {
    error: new CancelledFailure("Workflow cancelled"),
    failure: { code: "RUN_CANCELLED", message: "the run was cancelled" },
  },
  "a run that somebody terminated": {
    error: new TerminatedFailure("wrong data"),
    failure: { code: "RUN_CANCELLED", message: "the run was terminated in Temporal: wrong data" },
  },
  "a worker that died ten times": {
    error: inActivity("head", new TimeoutFailure("timed out", undefined, "HEARTBEAT")),
    failure: {
      code: "RUN_FAILED",
      message: "time ran out (HEARTBEAT): the worker may have died again and again",
      hint: "the training worker's log has its last output",
      stage: "head",
    },
  },
  "nothing known": { error: undefined, failure: { code: "RUN_FAILED", message: "the run failed" } },
};
for (const [what, { error, failure }] of Object.entries(CASES)) {
  test(`${what} is named`, () => assert.deepEqual(failureOf(error), failure));
}
