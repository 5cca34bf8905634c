/** A run's stages as the lines of a block of code: in the Temporal UI there are about 60 columns, and what is longer is cut. */
import type { StageState, StageStatus } from "../spec/pipeline/run.js";
import { shortened, visible } from "../spec/text/visible.js";

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

/** In a window of 1280 pixels (UI 2.54). */
export const COLUMNS = 56;
const INDENT = "    ";
const MOST_OF_NOTE = 500;
/** More than any stage is called by; rows are padded to the longest. */
const MOST_OF_NAME = 40;
/** Of a note; `thaw explain` has it in whole, and why a run failed stands above its stages. */
const MOST_LINES = 3;

/** @param news what is told below a stage while it runs, by its name */
export function stageTable(
  stages: readonly StageStatus[],
  news: ReadonlyMap<string, string> = new Map(),
): readonly string[] {
  const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(({ length }) => length));
  const times = stages.map(({ seconds }) => (seconds === undefined ? "" : `${seconds.toFixed(1)} s`));
  const [nameWidth, stateWidth, timeWidth] = [
    widest(stages.map(({ name }) => shortened(name, MOST_OF_NAME))),
    widest(stages.map(({ state }) => state)),
    widest(times),
  ];
  return stages.flatMap(({ name, state, note = "" }, index) => {
    const row = [
      MARKS[state],
      `${shortened(name, MOST_OF_NAME).padEnd(nameWidth)} `,
      state.padEnd(stateWidth),
      (times[index] as string).padStart(timeWidth),
    ].join(" ");
    const told = state === "running" ? news.get(name) : undefined;
    return [
      ...withNote(row, visible(shortened(note, MOST_OF_NOTE))),
      ...(told === undefined ? [] : wrapped(visible(shortened(told, MOST_OF_NOTE)), INDENT)),
    ];
  });
}

/** Beside the row where there is room for all of it, else below, in a few lines. */
function withNote(row: string, note: string): readonly string[] {
  const line = `${row}  ${note}`;
  if (line.length <= COLUMNS) return [line.trimEnd()];
  const lines = wrapped(note, INDENT);
  if (lines.length <= MOST_LINES) return [row.trimEnd(), ...lines];
  const last = `${(lines[MOST_LINES - 1] as string).slice(0, COLUMNS - 2).trimEnd()} …`;
  return [row.trimEnd(), ...lines.slice(0, MOST_LINES - 1), last];
}

/** Lines of at most {@link COLUMNS} characters, but for words that are longer. */
export function wrapped(text: string, indent: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ").filter((one) => one !== "")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > COLUMNS) lines.push(indent + word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
