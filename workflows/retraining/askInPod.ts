/** Has a question answered in a pod of its own, by a workflow that is seen as a child of the retraining. */
import { WorkflowExecutionAlreadyStartedError } from "@temporalio/common";
import {
  CancellationScope,
  ChildWorkflowFailure,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  workflowInfo,
} from "@temporalio/workflow";
import { attributePairs } from "../../spec/pipeline/attributePairs.js";
import { CONTROL_QUEUE } from "../../spec/pipeline/run.js";
import { RUN_ID_SUFFIX_LENGTH, runIdAt } from "../../spec/pipeline/runId.js";
import type { Metered } from "../../spec/records/usage.js";
import {
  type Answers,
  POD_QUESTION_TYPE,
  type PodQuestion,
  type Question,
} from "../../spec/retraining/podQuestion.js";
import { QUESTIONS, type RetrainInput } from "../../spec/retraining/retraining.js";
import { codeSpan } from "../../spec/text/markdown.js";
import { shortened, visible } from "../../spec/text/visible.js";
import { shownFailure } from "../failure.js";
import { titleOf } from "./heavy.js";
import type { podQuestion } from "./podQuestion.js";

/** Temporal refuses summaries of more than 400 bytes. */
const MOST_OF_SUMMARY = 130;

/** @returns why there is no answer, in a sentence, where there is none; a cancellation of the retraining is thrown on */
export async function askInPod<Asked extends Question>(
  { run, schedule }: RetrainInput,
  question: Asked,
): Promise<Metered<Answers[Asked["kind"]]> | string> {
  const { workflowId: lineage } = workflowInfo();
  const { name: model } = run.file;
  const runId = questionId(model, question);
  const input: PodQuestion = { run: { ...run, runId, lineage }, question };
  const summary = `${model}: ${titleOf(question)}`;
  try {
    const answer = await executeChild<typeof podQuestion>(POD_QUESTION_TYPE, {
      workflowId: runId,
      taskQueue: CONTROL_QUEUE,
      args: [input],
      workflowIdReusePolicy: "REJECT_DUPLICATE",
      // Whoever ends the look ends its question, which then removes its pod.
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      typedSearchAttributes: attributePairs(
        { model, state: "running", lineage, ...(schedule === undefined ? {} : { schedule }) },
        run.attributes,
      ),
      memo: { model, lineage },
      staticSummary: shortened(visible(summary), MOST_OF_SUMMARY),
      staticDetails: `Asked by ${codeSpan(lineage)}, which goes on whatever comes of it.`,
    });
    // The child answers what it is asked.
    return answer as Metered<Answers[Asked["kind"]]>;
  } catch (error) {
    if (CancellationScope.current().consideredCancelled) throw error;
    return whyNone(error, runId);
  }
}

/**
 * Of the shape of a run's, which fits into the labels of a pod. Digits that no other id of this look is made of, and no drawn ones, as
 * of the run.
 */
function questionId(model: string, { kind }: Question): string {
  const digits = workflowInfo().firstExecutionRunId;
  const end = digits.length - RUN_ID_SUFFIX_LENGTH * (1 + QUESTIONS.indexOf(kind));
  return runIdAt(model, new Date(), digits.slice(end - RUN_ID_SUFFIX_LENGTH, end));
}

function whyNone(error: unknown, runId: string): string {
  if (error instanceof WorkflowExecutionAlreadyStartedError) return `${runId} was asked before`;
  if (!(error instanceof ChildWorkflowFailure)) throw error;
  if (isCancellation(error)) return `${runId} was cancelled`;
  const { message, hint } = shownFailure(error.cause) ?? { message: String(error.cause) };
  return `${message}${hint === undefined ? "" : ` (${hint})`}`;
}
