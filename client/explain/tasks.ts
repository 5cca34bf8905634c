/** Reads a run's pending activities as tasks. */

import { stageOfActivity } from "../runs/stageOfActivity.js";
import { secondsOf } from "../temporal/payloads.js";
import { lastFailureOf, type PendingActivity } from "../temporal/pendingActivities.js";
import { queueOf, SCHEDULED, STARTED } from "../temporal/pollers.js";
import type { Task } from "./situation.js";

/** `temporal.api.enums.v1.PendingActivityState`, besides those of `pollers.ts`. */
const CANCEL_REQUESTED = 3;
const PAUSED = 4;
const PAUSE_REQUESTED = 5;

export function taskOf(activity: PendingActivity, now: Date): Task {
  const seconds = now.getTime() / 1000;
  const since = (time: Parameters<typeof secondsOf>[0]): number => Math.max(0, seconds - secondsOf(time));
  const { stage, isLookup = false, isPart } = stageOfActivity(activity.activityId ?? "") ?? {};
  const nextTry = secondsOf(activity.nextAttemptScheduleTime) - seconds;
  const state = stateOf(activity, nextTry);
  const begun = state === "running" || state === "cancelling" ? activity.lastStartedTime : undefined;
  const heartbeat = secondsOf(activity.lastHeartbeatTime);
  // A heartbeat of an attempt before says nothing of this one.
  const hasHeartbeat = begun !== undefined && heartbeat >= secondsOf(begun);
  const mostSilent = secondsOf(activity.activityOptions?.heartbeatTimeout);
  return {
    ...(stage === undefined ? {} : { stage }),
    isLookup,
    ...(isPart === undefined ? {} : { part: activity.activityId ?? "" }),
    state,
    queue: queueOf(activity),
    attempt: activity.attempt ?? 1,
    ...(activity.maximumAttempts ? { mostAttempts: activity.maximumAttempts } : {}),
    seconds: since(begun ?? activity.scheduledTime),
    ...(hasHeartbeat ? { silentSeconds: Math.max(0, seconds - heartbeat) } : {}),
    ...(mostSilent > 0 ? { mostSilentSeconds: mostSilent } : {}),
    ...(state === "backing-off" ? { nextTrySeconds: nextTry } : {}),
    ...(activity.lastFailure ? { lastFailure: lastFailureOf(activity) } : {}),
  };
}

function stateOf({ state, paused }: PendingActivity, nextTry: number): Task["state"] {
  if (paused === true || state === PAUSED || state === PAUSE_REQUESTED) return "paused";
  if (state === STARTED) return "running";
  if (state === CANCEL_REQUESTED) return "cancelling";
  return state === SCHEDULED && nextTry > 0 ? "backing-off" : "queued";
}
