/** Pending activities and chains of failures, as Temporal gives them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ActivityFailure, ApplicationFailure, RetryState, TimeoutFailure } from "@temporalio/common";
import { causesOf } from "../../../../client/explain/causes.js";
import type { Task } from "../../../../client/explain/situation.js";
import { taskOf } from "../../../../client/explain/tasks.js";
import type { PendingActivity } from "../../../../client/temporal/pendingActivities.js";

const NOW = new Date("2026-11-25T08:00:00Z");
const secondsAgo = (seconds: number) => ({ seconds: NOW.getTime() / 1000 - seconds, nanos: 0 });
// The 64-bit integers of the protocol are numbers here: only their digits are read.
const pending = (activity: object): PendingActivity => activity as PendingActivity;
const COMMON = { activityId: "head", activityType: { name: "trainHead" }, scheduledTime: secondsAgo(100) };

const CASES: Readonly<Record<string, { activity: object; task: Partial<Task> }>> = {
  "a running attempt and its heartbeat": {
    activity: {
      ...COMMON,
      state: 2,
      attempt: 2,
      maximumAttempts: 10,
      lastStartedTime: secondsAgo(40),
      lastHeartbeatTime: secondsAgo(3),
    },
    task: {
      stage: "head",
      isLookup: false,
      state: "running",
      queue: "thaw-training",
      attempt: 2,
      mostAttempts: 10,
      seconds: 40,
      silentSeconds: 3,
    },
  },
  "a heartbeat of the attempt before is none of this one": {
    activity: {
      ...COMMON,
      state: 2,
      attempt: 2,
      lastStartedTime: secondsAgo(5),
      lastHeartbeatTime: secondsAgo(60),
    },
    task: {
      stage: "head",
      isLookup: false,
      state: "running",
      queue: "thaw-training",
      attempt: 2,
      seconds: 5,
    },
  },
  "one that waits for a worker": {
    activity: {
      ...COMMON,
      activityId: "find-head",
      activityType: { name: "findArtifact" },
      state: 1,
      attempt: 1,
    },
    task: { stage: "head", isLookup: true, state: "queued", queue: "thaw-control", attempt: 1, seconds: 100 },
  },
  "one that waits for its next attempt": {
    activity: {
      ...COMMON,
      state: 1,
      attempt: 3,
      nextAttemptScheduleTime: secondsAgo(-4),
      lastFailure: { message: "it died" },
    },
    task: {
      stage: "head",
      isLookup: false,
      state: "backing-off",
      queue: "thaw-training",
      attempt: 3,
      seconds: 100,
      nextTrySeconds: 4,
      lastFailure: "it died",
    },
  },
  "one that is paused, and the last of the run": {
    activity: {
      ...COMMON,
      activityId: "record-run",
      state: 4,
      attempt: 1,
      activityOptions: { taskQueue: { name: "own" }, heartbeatTimeout: { seconds: 10 } },
    },
    task: { isLookup: false, state: "paused", queue: "own", attempt: 1, seconds: 100, mostSilentSeconds: 10 },
  },
};
for (const [what, { activity, task }] of Object.entries(CASES)) {
  test(what, () => assert.deepEqual(taskOf(pending(activity), NOW), task));
}

test("a failed activity is told from the outside in, and nothing twice", () => {
  const own = ApplicationFailure.create({
    message: "the loss is no number",
    type: "TRAINING_DIVERGED",
    cause: new Error("the loss is no number"),
  });
  const error = new ActivityFailure(
    "Activity task failed",
    "trainHead",
    "head",
    RetryState.NON_RETRYABLE_FAILURE,
    "7@host",
    own,
  );
  assert.deepEqual(causesOf(error), [
    "activity head (trainHead) on worker 7@host was not tried again, because another attempt would end the same",
    "TRAINING_DIVERGED: the loss is no number",
  ]);
});

test("a deeper cause that says more is told", () => {
  const own = ApplicationFailure.create({
    message: "the store failed",
    type: "STORE_UNREACHABLE",
    cause: new Error("socket hang up"),
  });
  assert.deepEqual(causesOf(own), ["STORE_UNREACHABLE: the store failed", "socket hang up"]);
});

test("a silent worker is named as what it is", () => {
  const silent = new TimeoutFailure("activity Heartbeat timeout", undefined, "HEARTBEAT");
  const error = new ActivityFailure(
    "Activity task timed out",
    "trainHead",
    "head",
    "MAXIMUM_ATTEMPTS_REACHED",
    "",
    silent,
  );
  assert.deepEqual(causesOf(error), [
    "activity head (trainHead) was given up after its last attempt",
    "time ran out: its worker gave no sign of life",
  ]);
});
