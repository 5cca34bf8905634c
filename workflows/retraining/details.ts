/** A look at a model's images as text for the Temporal UI: what was seen, why it trains, what was proven, what became of it. */
import type { DriftInBrief } from "../../spec/records/drift.js";
import type { ModelProof } from "../../spec/records/proof.js";
import { changesText, reasonText } from "../../spec/retraining/decision.js";
import { depthText } from "../../spec/retraining/depth.js";
import { looksForDrift } from "../../spec/retraining/drift.js";
import type { Look, Tick, TickVerdict } from "../../spec/retraining/retraining.js";
import type { ModelSpec } from "../../spec/runFile/model.js";
import { codeBlock, codeSpan, markdownText } from "../../spec/text/markdown.js";
import { shortened, visible } from "../../spec/text/visible.js";
import { percent } from "../../spec/warnings/words.js";
import { wrapped } from "../stageTable.js";

/** What is known so far. */
export interface RetrainView {
  readonly model: string;
  readonly policy: Pick<ModelSpec, "alias" | "promote"> & Partial<Pick<ModelSpec, "drift">>;
  /** Of the Temporal server, for links. */
  readonly namespace: string;
  readonly tick: Partial<Tick>;
  readonly look?: Look;
  readonly proof?: ModelProof;
}

const HEADINGS: Readonly<Record<TickVerdict, string>> = {
  unchanged: "= Nothing to do",
  "too-few-new": "= Waits for more images",
  "same-result": "= Nothing else was learned",
  promoted: "✓ Promoted",
  waits: "‖ Waits for a person",
  left: "✓ Trained, not promoted",
  "not-proven": "– Not proven",
  failed: "✗ Failed",
  overtaken: "– Somebody decided meanwhile",
  cancelled: "– Cancelled",
};

const LABEL_WIDTH = 12;
const MOST_NAMES = 8;
const MOST_NEWEST = 3;
const MOST_OF_SENTENCE = 2_000;
/** Two estimates, a test and a cause with its figures. */
const MOST_OF_TEXT = 450;

const words = (text: string): string => markdownText(shortened(text, MOST_OF_SENTENCE), { keepCode: true });

/** Markdown in which nothing that strangers named acts. */
export function describeRetraining(view: RetrainView): string {
  const { model, tick, namespace } = view;
  const { verdict, sentence, runId } = tick;
  const heading = verdict === undefined ? `▶ ${activity(view)}` : HEADINGS[verdict];
  const lines = rows(view);
  return [
    `### ${heading}: ${words(model)}`,
    ...(sentence === undefined ? [] : [words(sentence)]),
    ...(lines.length === 0 ? [] : [codeBlock("text", lines)]),
    ...(runId === undefined ? [] : [`Run: ${runLink(namespace, runId)}`]),
    nextCommand(view),
  ].join("\n\n");
}

function activity({ tick, look, proof, policy }: RetrainView): string {
  if (look === undefined) return "Looks at the images";
  const compares = tick.runId === undefined && tick.drift === undefined && looksForDrift(look, policy);
  if (compares) return "Holds the new images against the version in use";
  if (tick.version === undefined) return "Trains";
  return proof === undefined && look.inUse !== undefined ? "Holds it against the version in use" : "Decides";
}

/** A label and its text, which goes on below itself. */
function row(label: string, text: string): readonly string[] {
  const indent = " ".repeat(LABEL_WIDTH);
  const [first = indent, ...more] = wrapped(visible(shortened(text, MOST_OF_TEXT)), indent);
  return [label.padEnd(LABEL_WIDTH) + first.slice(LABEL_WIDTH), ...more];
}

function rows({ model, policy, tick, look, proof }: RetrainView): readonly string[] {
  if (look === undefined) return [];
  const { version, inUse, reasons } = look;
  const since = version === undefined ? "" : ` since version ${version}`;
  const isSame = look.added + look.removed + look.changed === 0 && !reasons.includes("data");
  const accuracy = tick.testAccuracy === undefined ? "" : `, test accuracy ${percent(tick.testAccuracy)}`;
  return [
    ...row("looked at", `${look.images} images, ${isSame ? "none changed" : changesText(look)}${since}`),
    ...row(
      "in use",
      inUse === undefined ? `nothing (${policy.alias})` : `${model}@${inUse} (${policy.alias})`,
    ),
    ...reasons.flatMap((reason, index) =>
      row(index === 0 ? "trains as" : "and as", reasonText(reason, look)),
    ),
    ...(tick.drift === undefined ? [] : driftRows(tick.drift)),
    ...(tick.depth === undefined ? [] : row("how deep", depthText(tick.depth))),
    ...(tick.version === undefined ? [] : row("learned", `${model}@${tick.version}${accuracy}`)),
    ...(proof === undefined ? [] : proofRows(proof)),
  ];
}

function driftRows({
  version,
  verdict,
  sentence,
  causes = [],
  newest = [],
}: DriftInBrief): readonly string[] {
  const told = verdict === undefined ? sentence : `against version ${version}, ${sentence}`;
  const [, ...more] = causes;
  return [
    ...row("new images", told),
    // The first one is in the sentence.
    ...more.flatMap((cause) => row("", cause)),
    ...(newest.length === 0 ? [] : row("", `look newest: ${newest.slice(0, MOST_NEWEST).join(", ")}`)),
  ];
}

function proofRows(proof: ModelProof): readonly string[] {
  const { championVersion, challengerVersion, images, champion, challenger, classes, look } = proof;
  const [low, high] = proof.interval;
  const few = classes.filter(({ verdict }) => verdict === "cannot-say").map(({ name }) => name);
  return [
    ...row("proof", `${proof.verdict}: ${images} images, look ${look} at them`),
    ...row(
      "",
      `version ${challengerVersion}: ${percent(challenger)}, alone right on ${proof.onlyChallenger}`,
    ),
    ...row("", `version ${championVersion}: ${percent(champion)}, alone right on ${proof.onlyChampion}`),
    ...row("", `difference ${points(challenger - champion)} (${points(low)} to ${points(high)}) points`),
    ...classes
      .filter(({ verdict }) => verdict === "worse")
      .flatMap(({ name, champion: before, challenger: after }) =>
        row("", `class ${name} is worse: ${percent(before)} → ${percent(after)}`),
      ),
    ...(proof.newest === undefined ? [] : row("newest", `${proof.newest.verdict}: ${proof.newest.sentence}`)),
    ...(few.length === 0 || few.length === classes.length
      ? []
      : row(
          "",
          `too few images to say: ${few.slice(0, MOST_NAMES).join(", ")}${few.length > MOST_NAMES ? " …" : ""}`,
        )),
    ...proof.vetoes.flatMap((veto) => row("against it", veto)),
  ];
}

/** The UI is served at the root of its server by default; where it is not, the id can be searched for. */
function runLink(namespace: string, runId: string): string {
  return `[${words(runId)}](/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(runId)})`;
}

function nextCommand({ model, tick: { verdict, version, runId } }: RetrainView): string {
  const label = `${model}@${version}`;
  const report =
    runId === undefined ? "" : `${codeSpan(`thaw report ${runId} --open`)} shows what it learned, `;
  if (verdict === undefined)
    return runId === undefined
      ? `${codeSpan(`thaw models ticks ${model}`)} lists what earlier looks came to.`
      : `${codeSpan(`thaw watch ${runId}`)} follows the run.`;
  switch (verdict) {
    case "waits":
      return `${report}${codeSpan(`thaw approve ${label} --note …`)} puts it to use.`;
    case "left":
      return `${report}${codeSpan(`thaw promote ${label} --note …`)} puts it to use.`;
    case "overtaken":
    case "not-proven":
      return `${report}${codeSpan(`thaw promote ${label} --note …`)} puts it to use all the same.`;
    case "promoted":
      return `${report}${codeSpan(`thaw rollback ${model} --note …`)} takes it back.`;
    case "cancelled":
    case "failed":
      return runId === undefined
        ? `${codeSpan("thaw retrain")} looks again.`
        : `${codeSpan(`thaw explain ${runId}`)} says why and what to do.`;
    case "unchanged":
    case "too-few-new":
    case "same-result":
      return `${codeSpan("thaw retrain --force")} trains all the same, ${codeSpan(`thaw models history ${model}`)} says which version was in use.`;
  }
}

const points = (share: number): string => `${share < 0 ? "−" : "+"}${(100 * Math.abs(share)).toFixed(1)}`;
