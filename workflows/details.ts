/** The run as text for the Temporal UI. A fenced block: Markdown tables lose their columns there. */

import { candidatesOf } from "../spec/pipeline/candidates.js";
import type { RunInput, RunResult, RunState, StageStatus } from "../spec/pipeline/run.js";
import { podSentence } from "../spec/pods/sentence.js";
import { type ShardsAtWork, shardsText } from "../spec/records/features.js";
import { outageText } from "../spec/records/outage.js";
import type { Progress } from "../spec/records/training.js";
import { codeBlock, codeSpan, markdownText } from "../spec/text/markdown.js";
import { shortened } from "../spec/text/visible.js";
import { voiding } from "../spec/warnings/doubts.js";
import { type Grade, serious, type Warning } from "../spec/warnings/warning.js";
import { warningsOfStages } from "../spec/warnings/warnings.js";
import { percent } from "../spec/warnings/words.js";
import type { ShownFailure } from "./failure.js";
import { stageTable } from "./stageTable.js";

/** What is shown of a run besides its state. */
export interface RunEnd {
  readonly result?: RunResult;
  /** The run has ended without a result; of a cancelled one nothing more is said. */
  readonly ended?: ShownFailure | "cancelled";
}

/** The news of a stage at work, and when they were told, in ms since 1970. */
export interface StageNews {
  readonly stage: string;
  readonly progress: Progress;
  readonly at: number;
}

/** Of sentences, which may hold what servers and files are called; `thaw explain` has them in whole. */
const MOST_OF_SENTENCE = 2_000;
const MOST_OF_NOTE = 500;

/** Sentences of ours may hold names of strangers: only what stands between backticks is more than text. */
const words = (text: string): string => markdownText(shortened(text, MOST_OF_SENTENCE), { keepCode: true });
const command = (text: string): string => codeSpan(shortened(text, MOST_OF_NOTE));

/** Markdown in which nothing that strangers named acts. */
export function describeRun(
  run: RunInput,
  state: RunState,
  end: RunEnd = {},
  news: readonly StageNews[] = [],
): string {
  const candidates = candidatesOf(run.file);
  const base = candidates.length === 0 ? (run.base?.name ?? run.file.base) : candidates.join(" or ");
  const pods = [...(state.pod === undefined ? [] : [state.pod]), ...(state.otherPods ?? [])];
  const warnings = serious(warningsOfStages(state.stages));
  const doubts = voiding(warnings).slice(0, MOST_WARNINGS);
  const parts = [
    `### ${standing(state, end)}${words(run.file.name)} on ${words(base)}`,
    ...(end.ended === undefined || end.ended === "cancelled" ? [] : [failureText(end.ended)]),
    ...(end.result === undefined ? [] : [outcomeText(end.result)]),
    ...warningTexts(doubts),
    ...(isPaused(state, end) ? [pauseText(run.runId, state)] : []),
    ...pods.map((pod) => words(podSentence(pod))),
    codeBlock("text", stageTable(state.stages, newsOf(state.stages, news))),
    // Below the stages, which people look for; what voids the figure stands beside it.
    ...warningTexts(
      warnings.filter((one) => !doubts.includes(one)),
      MOST_WARNINGS - doubts.length,
    ),
    commandsText(run.runId, state, end),
  ];
  return parts.join("\n\n");
}

function isPaused({ control }: RunState, { result, ended }: RunEnd): boolean {
  return control?.paused !== undefined && result === undefined && ended === undefined;
}

/** The first words of the heading, where the run does not simply go on. */
function standing(state: RunState, end: RunEnd): string {
  if (end.ended === "cancelled") return "■ Cancelled: ";
  if (end.ended !== undefined) return "✗ Failed: ";
  if (end.result !== undefined) return "✓ Finished: ";
  return isPaused(state, end) ? "‖ Paused: " : "";
}

function failureText({ code, message, hint }: ShownFailure): string {
  const what = `**${words(code)}**: ${words(message)}`;
  return hint === undefined ? what : `${what}\n\nWhat helps: ${words(hint)}`;
}

function outcomeText(result: RunResult): string {
  return `${foldsSentence(result)}**${percent(result.testAccuracy)}** on the held-out images, registered as **${words(result.model)} v${result.version}**`;
}

const GRADE_WORDS: Readonly<Record<Grade, string>> = {
  voids: "The figure may be void",
  check: "To be checked",
  note: "Note",
};
/** The strongest; `thaw explain` has all. */
const MOST_WARNINGS = 3;

function warningTexts(warnings: readonly Warning[], most = MOST_WARNINGS): readonly string[] {
  const more = warnings.length - most;
  return [
    ...warnings
      .slice(0, most)
      .map(
        ({ grade, sentence, advice }) => `**${GRADE_WORDS[grade]}**: ${words(sentence)} → ${words(advice)}`,
      ),
    ...(more > 0
      ? [`${more} more ${more === 1 ? "warning" : "warnings"}: \`thaw explain\` has all of them.`]
      : []),
  ];
}

function pauseText(runId: string, { control }: RunState): string {
  const { since, by } = control?.paused ?? {};
  return `**Paused** since ${words(since ?? "")} by ${words(by ?? "")}: ${command(`thaw unpause ${runId}`)} lets it go on`;
}

/** What is told below each stage at work, by its name; of shards how many there are. */
function newsOf(stages: readonly StageStatus[], news: readonly StageNews[]): ReadonlyMap<string, string> {
  const sharded = stages.flatMap(({ name, shards }) =>
    shards === undefined ? [] : [[name, shardNews(shards)] as const],
  );
  return new Map([...news.map((one) => [one.stage, newsText(one)] as const), ...sharded]);
}

const shardNews = (shards: ShardsAtWork): string =>
  [
    shardsText(shards),
    ...(isNumber(shards.etaSeconds) ? [`about ${roughTime(shards.etaSeconds)} to go`] : []),
  ].join(", ");

/** E.g. `epoch 3/8, 12 of 40, loss 0.312, about 2 min to go (told at 14:03 UTC)`. */
function newsText({ progress, at }: StageNews): string {
  const { phase, step, total, loss, validationAccuracy, etaSeconds, outage } = progress;
  return `${[
    phase,
    ...(outage === undefined ? [] : [outageText(outage, universal)]),
    ...(total > 1 ? [`${step} of ${total}`] : []),
    ...(isNumber(loss) ? [`loss ${loss.toFixed(3)}`] : []),
    ...(isNumber(validationAccuracy) ? [`validation accuracy ${percent(validationAccuracy)}`] : []),
    ...(isNumber(etaSeconds) ? [`about ${roughTime(etaSeconds)} to go`] : []),
  ].join(", ")} (told at ${universal(new Date(at))})`;
}

/** Who looks may sit anywhere. A time that is none must not hang the workflow. */
const universal = (time: Date): string =>
  Number.isNaN(time.getTime()) ? "some time ago" : `${time.toISOString().slice(11, 16)} UTC`;

/** What is no number becomes `null` on its way, and a workflow that throws over it would hang. */
const isNumber = (value: number | null | undefined): value is number => typeof value === "number";

function roughTime(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Only what there is to be fetched is promised. */
function commandsText(runId: string, { stages }: RunState, { result, ended }: RunEnd): string {
  if (result !== undefined)
    return `${command(`thaw report ${runId}`)} fetches its report, ${command(`thaw predict ${result.model} FILE`)} uses the model.`;
  if (ended === undefined)
    return `${command(`thaw watch ${runId}`)} follows this run, ${command(`thaw explain ${runId}`)} says what it does.`;
  const failed = stages.find(({ state }) => state === "failed")?.name;
  const log =
    failed === undefined
      ? ""
      : `, ${command(`thaw logs ${runId} --stage ${failed}`)} has what the stage wrote`;
  return `${command(`thaw explain ${runId}`)} says why and what to do${log}; ${command(`thaw resume ${runId}`)} goes on from here.`;
}

/** For small sets the figure to quote. */
function foldsSentence({ folds }: RunResult): string {
  if (folds === undefined) return "";
  const [low, high] = folds.accuracyInterval.map((value) => (100 * value).toFixed(1));
  return `**${percent(folds.accuracy)}** (95 %: ${low} – ${high}) over ${folds.count} folds; `;
}
