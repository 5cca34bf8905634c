/** A question to a person as text for the Temporal UI: what is asked, with figures, and how to answer. */
import type { Approval, ApprovalRequest } from "../spec/retraining/approval.js";
import { codeBlock, codeSpan, markdownText } from "../spec/text/markdown.js";
import { shortened, visible } from "../spec/text/visible.js";

/** Of sentences, which may hold names of strangers: the server takes 20,000 bytes of details. */
const MOST_OF_SENTENCE = 1_000;
const MOST_OF_NAME = 100;
const DIGEST_LENGTH = 64;
/** The server takes 400 bytes of a summary. */
const MOST_OF_SUMMARY = 60;

const inSummary = (text: string): string => shortened(visible(text), MOST_OF_SUMMARY);
const words = (text: string): string =>
  markdownText(shortened(visible(text), MOST_OF_SENTENCE), { keepCode: true });
const name = (text: string): string => markdownText(shortened(visible(text), MOST_OF_NAME));
const command = (text: string): string => codeSpan(shortened(visible(text), MOST_OF_NAME));

/** What stands in lists, and what the question is, as it was when it was asked. */
export function describedStatically(request: ApprovalRequest): {
  readonly staticSummary: string;
  readonly staticDetails: string;
} {
  const { model, version, alias } = request;
  return {
    staticSummary: `${inSummary(`${model}@${version}`)}: may it be ${inSummary(alias)}?`,
    staticDetails: [questionText(request), ...answerTexts(request)].join("\n\n"),
  };
}

/** What is known now. Markdown in which nothing that strangers named acts. */
export function describeApproval({ request, since, expires, reminders, outcome }: Approval): string {
  const { model, version } = request;
  const heading = outcome === undefined ? "Waits for a person" : HEADINGS[outcome.state];
  const parts = [`### ${heading}: ${name(`${model}@${version}`)}`];
  if (outcome !== undefined) parts.push(words(outcome.sentence));
  parts.push(questionText(request));
  if (outcome !== undefined) return parts.join("\n\n");
  const again = reminders === 0 ? "" : `, asked again ${reminders === 1 ? "once" : `${reminders} times`}`;
  parts.push(
    `${reminders === 0 ? "" : "**Nobody has decided yet.** "}Asked on ${utc(since)}${again}; without an answer it is rejected on ${utc(expires)}.`,
    ...answerTexts(request),
  );
  return parts.join("\n\n");
}

const HEADINGS: Readonly<Record<NonNullable<Approval["outcome"]>["state"], string>> = {
  approved: "✓ Approved",
  rejected: "✗ Rejected",
  expired: "✗ Expired",
  superseded: "– Superseded",
  overtaken: "– Overtaken",
  withdrawn: "■ Withdrawn",
};

function questionText({
  model,
  version,
  alias,
  inUse,
  testAccuracy,
  sentence,
  requestedBy,
}: ApprovalRequest): string {
  const now = inUse === undefined ? "no version is that now" : `version ${inUse} is that now`;
  const { workflowId, schedule, person } = requestedBy;
  const by = [
    ...(person === undefined ? [] : [`by ${name(person)}`]),
    ...(schedule === undefined ? [] : [`by the schedule ${command(schedule)}`]),
    `through ${command(workflowId)}`,
  ];
  return [
    `May ${name(`${model}@${version}`)} become **${name(`${model}@${alias}`)}**? (${now})`,
    `Test accuracy **${(100 * testAccuracy).toFixed(1)} %**. ${words(sentence)}`,
    `Asked for ${by.join(" ")}.`,
  ].join("\n\n");
}

function answerTexts({
  model,
  version,
  runId,
  reportDigest,
  secondPerson,
}: ApprovalRequest): readonly string[] {
  const label = `${model}@${version}`;
  const second = secondPerson ? " Whoever asked for it may not answer." : "";
  return [
    `Read its report first: ${command(`thaw report ${runId} --open`)}. Then ${command(`thaw approve ${label} --note WHY`)} or ${command(`thaw reject ${label} --note WHY`)}.${second}`,
    `Here in the Temporal UI: the menu of this page, *Send an Update*, ${command("decide")}, with`,
    codeBlock("json", [
      `{"verdict": "approve", "by": "YOUR NAME", "note": "WHY",`,
      ` "reportDigest": ${JSON.stringify(shortened(reportDigest, DIGEST_LENGTH))}}`,
    ]),
    `or with ${command('"reject"')}.`,
  ];
}

/** Who looks may sit anywhere. A time that is none must not hang the workflow. */
function utc(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime())
    ? "some day"
    : `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
