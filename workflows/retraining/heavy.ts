/** What a retraining asks of a training worker beside its run: evidence, for whose sake it never fails. */
import { ActivityFailure, isCancellation, proxyActivities } from "@temporalio/workflow";
import { LOCAL_TRAINING_QUEUE } from "../../spec/pipeline/run.js";
import type { DriftActivities } from "../../spec/retraining/drift.js";
import type { NewestActivities } from "../../spec/retraining/newest.js";
import { shownFailure } from "../failure.js";
import { HEARTBEAT_TIME, PATIENCE } from "../patience.js";

/** Half a minute: a worker that waits for a stage's next attempt is free again. Whatever fails then is only told. */
const ATTEMPTS = 6;

/** @param time that an attempt may take */
export function heavy(
  activityId: string,
  summary: string,
  time: "1 hour" | "2 hours",
): DriftActivities & NewestActivities {
  return proxyActivities<DriftActivities & NewestActivities>({
    activityId,
    summary,
    taskQueue: LOCAL_TRAINING_QUEUE,
    startToCloseTimeout: time,
    heartbeatTimeout: HEARTBEAT_TIME,
    cancellationType: "WAIT_CANCELLATION_COMPLETED",
    retry: { ...PATIENCE, maximumAttempts: ATTEMPTS },
  });
}

/** @returns why there is no answer, in a sentence, where the worker could give none */
export async function orWhyNot<Answer extends object>(asked: Promise<Answer>): Promise<Answer | string> {
  try {
    return await asked;
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    return shownFailure(error)?.message ?? String(error.cause);
  }
}
