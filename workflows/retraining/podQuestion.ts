/** What a retraining asks beside its run, in a pod of its own: made where the store has no answer, watched, and removed. */
import {
  defineQuery,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
} from "@temporalio/workflow";
import { CONTROL_QUEUE } from "../../spec/pipeline/run.js";
import type { PodState } from "../../spec/pods/pod.js";
import {
  type Answer,
  type PodQuestion,
  QUESTION_POD_QUERY,
  QUESTION_STAGE,
  type QuestionActivities,
} from "../../spec/retraining/podQuestion.js";
import { findableBy } from "../attributes.js";
import { type ShownFailure, shownFailure } from "../failure.js";
import { HEARTBEAT_TIME, RETRY } from "../patience.js";
import { podsOf } from "../podLanes.js";
import { heavy } from "./heavy.js";
import { describeQuestion } from "./questionText.js";

const TIME = "5 minutes";

export async function podQuestion(asked: PodQuestion): Promise<Answer> {
  const { run, question } = asked;
  const find = findableBy(run.attributes);
  let pod: PodState | undefined;
  const show = (end?: Answer | ShownFailure | "cancelled"): void =>
    setCurrentDetails(describeQuestion(asked, pod, end));
  setHandler(defineQuery<PodState | null>(QUESTION_POD_QUERY), () => pod ?? null);
  show();
  const place = podsOf(run, 1, ([state]) => {
    pod = state;
    show();
  });
  const answered = async (): Promise<Answer> => {
    const known = await looking("look whether it was answered before").findAnswer(asked);
    if (known !== null) return known;
    try {
      return await place.during(QUESTION_STAGE, (queue): Promise<Answer> => {
        const worker = heavy(run, question, { queue, retry: RETRY });
        return question.kind === "drift"
          ? worker.compareDrift({ run, ...question })
          : worker.answerNewest({ run, ...question });
      });
    } finally {
      await place.release();
    }
  };
  try {
    const answer = await answered();
    find({ state: "finished" });
    show(answer);
    return answer;
  } catch (error) {
    find({ state: isCancellation(error) ? "cancelled" : "failed" });
    show(shownFailure(error) ?? "cancelled");
    throw error;
  }
}

function looking(summary: string): QuestionActivities {
  return proxyActivities<QuestionActivities>({
    activityId: "find-answer",
    summary,
    taskQueue: CONTROL_QUEUE,
    startToCloseTimeout: TIME,
    heartbeatTimeout: HEARTBEAT_TIME,
    retry: RETRY,
  });
}
