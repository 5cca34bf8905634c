/** A question in a pod of its own as text for the Temporal UI: what is asked, what the pod does, what was answered. */
import type { PodState } from "../../spec/pods/pod.js";
import { podSentence } from "../../spec/pods/sentence.js";
import type { Answer, PodQuestion } from "../../spec/retraining/podQuestion.js";
import { codeSpan, markdownText } from "../../spec/text/markdown.js";
import { shortened } from "../../spec/text/visible.js";
import type { ShownFailure } from "../failure.js";
import { titleOf } from "./heavy.js";

const MOST_OF_SENTENCE = 2_000;

const words = (text: string): string => markdownText(shortened(text, MOST_OF_SENTENCE), { keepCode: true });

/**
 * Markdown in which nothing that strangers named acts.
 * @param end absent while it goes on
 */
export function describeQuestion(
  { run, question }: PodQuestion,
  pod: PodState | undefined,
  end?: Answer | ShownFailure | "cancelled",
): string {
  return [
    `### ${headingOf(end)}: ${words(run.file.name)}`,
    `To ${words(titleOf(question))}.`,
    ...(end === undefined || end === "cancelled" ? [] : [endText(end)]),
    ...(end !== undefined || pod === undefined ? [] : [words(podSentence(pod))]),
    `${codeSpan(`thaw logs ${run.runId}`)} has its log, where a pod was needed. The retraining goes on whatever comes of it.`,
  ].join("\n\n");
}

function headingOf(end: Answer | ShownFailure | "cancelled" | undefined): string {
  if (end === undefined) return "▶ Asks";
  if (end === "cancelled") return "■ Cancelled";
  return "code" in end ? "✗ Without an answer" : "✓ Answered";
}

function endText(end: Answer | ShownFailure): string {
  if ("code" in end) {
    const what = `**${words(end.code)}**: ${words(end.message)}`;
    return end.hint === undefined ? what : `${what}\n\nWhat helps: ${words(end.hint)}`;
  }
  if ("sentence" in end) return words(end.sentence);
  const { images, right = 0 } = end;
  return images === 0 ? "No test image is new." : `${right} of ${images} newest test images right.`;
}
