/** The run as text for the Temporal UI. A fenced block: Markdown tables lose their columns there. */

import type { RunInput, RunResult, RunState, StageState } from "../spec/pipeline/run.js";
import { candidatesOf } from "../spec/pipeline/stages.js";
import { podSentence } from "../spec/pods/sentence.js";

const MARKS: Readonly<Record<StageState, string>> = {
  waiting: "·",
  running: "▶",
  paused: "‖",
  done: "✓",
  cached: "=",
  "rolled-back": "↩",
  skipped: "–",
  failed: "✗",
  cancelled: "■",
  "not-run": "·",
};

const NAME_WIDTH = 10;
const STATE_WIDTH = 12;
const TIME_WIDTH = 8;

export function describeRun(run: RunInput, state: RunState, result: RunResult | undefined): string {
  const rows = state.stages.map(({ name, state: stageState, seconds, note }) => {
    const time = seconds === undefined ? "" : `${seconds.toFixed(1)} s`;
    return [
      MARKS[stageState],
      name.padEnd(NAME_WIDTH),
      stageState.padEnd(STATE_WIDTH),
      time.padStart(TIME_WIDTH),
      ` ${note ?? ""}`,
    ]
      .join(" ")
      .trimEnd();
  });
  const candidates = candidatesOf(run.file);
  const base = candidates.length === 0 ? (run.base?.name ?? run.file.base) : candidates.join(" or ");
  const heading = `### ${run.file.name} on ${base}`;
  const outcome =
    result === undefined
      ? ""
      : `\n${foldsSentence(result)}**${(100 * result.testAccuracy).toFixed(1)} %** on the held-out images, registered as **${result.model} v${result.version}**\n`;
  const { paused } = state.control ?? {};
  const pause =
    paused === undefined
      ? ""
      : `\n**Paused** since ${paused.since} by ${paused.by}: \`thaw unpause ${run.runId}\` lets it go on\n`;
  const commands = `\`thaw watch ${run.runId}\` follows this run, \`thaw report ${run.runId}\` fetches its report.`;
  const pod = state.pod === undefined ? "" : `\n${podSentence(state.pod)}\n`;
  return [heading, outcome + pause + pod, "```text", ...rows, "```", "", commands].join("\n");
}

/** For small sets the figure to quote. */
function foldsSentence({ folds }: RunResult): string {
  if (folds === undefined) return "";
  const [low, high] = folds.accuracyInterval.map((value) => (100 * value).toFixed(1));
  return `**${(100 * folds.accuracy).toFixed(1)} %** (95 %: ${low} – ${high}) over ${folds.count} folds; `;
}
