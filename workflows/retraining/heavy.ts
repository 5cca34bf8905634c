/** What a retraining asks of a training worker beside its run: evidence, for whose sake it never fails. */
import { ActivityFailure, isCancellation, proxyActivities, type RetryPolicy } from "@temporalio/workflow";
import { priorityOf } from "../../spec/pipeline/priority.js";
import { LOCAL_TRAINING_QUEUE, type RunInput } from "../../spec/pipeline/run.js";
import type { Usage } from "../../spec/records/usage.js";
import type { DriftActivities } from "../../spec/retraining/drift.js";
import type { NewestActivities } from "../../spec/retraining/newest.js";
import type { Question } from "../../spec/retraining/podQuestion.js";
import type { QuestionKind } from "../../spec/retraining/retraining.js";
import { shownFailure } from "../failure.js";
import { HEARTBEAT_TIME, PATIENCE } from "../patience.js";

/** Half a minute: a worker that waits for a stage's next attempt is free again. Whatever fails then is only told. */
const ATTEMPTS = 6;
/**
 * That an attempt may take: of drift at most a thousand images are read, and as many go through the network; the newest are one pass
 * of the frozen model over test images.
 */
const TIMES = { drift: "1 hour", newest: "2 hours" } as const satisfies Record<QuestionKind, string>;

/** Hears what a worker held for an answer that had to be computed. */
export type Held = (kind: QuestionKind, usage: Usage) => void;

export interface Worker {
  readonly queue: string;
  readonly retry: RetryPolicy;
}

const LOCAL: Worker = {
  queue: LOCAL_TRAINING_QUEUE,
  retry: { ...PATIENCE, maximumAttempts: ATTEMPTS },
};

export function heavy(
  { file }: Pick<RunInput, "file">,
  question: Question,
  { queue, retry }: Worker = LOCAL,
): DriftActivities & NewestActivities {
  return proxyActivities<DriftActivities & NewestActivities>({
    activityId: question.kind,
    summary: titleOf(question),
    taskQueue: queue,
    priority: priorityOf(file, "question"),
    startToCloseTimeout: TIMES[question.kind],
    heartbeatTimeout: HEARTBEAT_TIME,
    cancellationType: "WAIT_CANCELLATION_COMPLETED",
    retry,
  });
}

/** What is asked, in words. */
export function titleOf(question: Question): string {
  return question.kind === "drift"
    ? `hold the new images against those that version ${question.version} was evaluated on`
    : `ask version ${question.champion} about the images that are new since it`;
}

/** @returns why there is no answer, in a sentence, where the worker could give none */
export async function orWhyNot<Given extends object>(asked: Promise<Given>): Promise<Given | string> {
  try {
    return await asked;
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    return shownFailure(error)?.message ?? String(error.cause);
  }
}
