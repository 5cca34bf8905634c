/** The stages of a run, a row each; a running stage gets its bar and its metrics. */
import type { LiveStage, StageState } from "../../../spec/pipeline/run.js";
import { outageText } from "../../../spec/records/outage.js";
import type { Progress } from "../../../spec/records/training.js";
import type { Screen } from "../../output.js";
import type { Colours } from "../../terminal/colours.js";
import { duration, percent, roughDuration, timeOfDay, withShortTimes } from "../numbers.js";
import { progressBar } from "../progressBar.js";
import { padEnd, padStart, truncate, widthOf, wrap } from "../text.js";
import { joinAlike } from "./alike.js";

/** All of them one column wide in every terminal, which rules out the symbols that are also emoji. */
const MARKS: Readonly<Record<StageState, string>> = {
  waiting: "·",
  running: "▸",
  paused: "‖",
  done: "✓",
  cached: "=",
  "rolled-back": "↶",
  skipped: "–",
  failed: "✗",
  cancelled: "■",
  "not-run": "·",
};

/** `features`, `evaluate` and `register` are in every run. */
const LEAST_NAME_WIDTH = 8;
/** The longest state is `rolled-back`. */
const STATE_WIDTH = 11;
const TIME_WIDTH = 9;
const BAR_WIDTH = 20;
const SHORTEST_BAR = 6;

/**
 * What becomes of notes that are longer than the line: a frame that is drawn again and again has a row a stage, so that it
 * fits the screen; what stays there is to be read. `failures-cut`: whole, but for what is told below as the run's error.
 */
export type Notes = "cut" | "whole" | "failures-cut";

/** In a narrower column a note would be a word a line: it gets lines of its own. */
const LEAST_NOTE_WIDTH = 24;

/** @param all the run's stages, whose names make the column as wide as it is; those shown when left out */
export function stageTable(
  stages: readonly LiveStage[],
  screen: Screen,
  all: readonly LiveStage[] = stages,
  notes: Notes = "cut",
): string {
  const nameWidth = Math.max(LEAST_NAME_WIDTH, ...withSkippedJoined(all).map(({ name }) => widthOf(name)));
  return withSkippedJoined(stages)
    .flatMap((stage) => stageLines(stage, screen, nameWidth, notes))
    .join("\n");
}

/** Folds that are left out have one reason; those that wait have nothing to tell apart. */
export function withSkippedJoined(stages: readonly LiveStage[]): readonly LiveStage[] {
  return joinAlike(stages, ({ name, state, note }) =>
    state === "skipped" || state === "not-run" || (state === "waiting" && name.startsWith("fold-"))
      ? `${state} ${note ?? ""}`
      : undefined,
  );
}

function stageLines(stage: LiveStage, screen: Screen, nameWidth: number, notes: Notes): readonly string[] {
  const retryIndent = 2 + nameWidth + 2;
  /** Columns before the time, or before the progress of a running stage. */
  const leftWidth = retryIndent + STATE_WIDTH + 2;
  const { colours, width } = screen;
  const paint = paintOf(stage.state, colours);
  const left = [
    paint(MARKS[stage.state]),
    " ",
    padEnd(stage.name, nameWidth),
    "  ",
    paint(padEnd(stage.state, STATE_WIDTH)),
  ].join("");
  if (stage.state === "running") {
    const [first = "", ...more] = progressLines(stage.progress, width - leftWidth, colours);
    return [
      `${left}  ${first}`.trimEnd(),
      ...more.map((line) => " ".repeat(leftWidth) + line),
      ...retryLines(stage, retryIndent, screen, notes),
    ];
  }
  if (stage.state === "waiting") return [colours.dim(left.trimEnd())];
  const time = stage.seconds === undefined ? "" : duration(stage.seconds);
  const row = `${left}  ${padStart(time, TIME_WIDTH)}`;
  const note = noteOf(stage);
  const isCut = notes === "cut" || (notes === "failures-cut" && stage.state === "failed");
  const lines = isCut
    ? [truncate(`${row}  ${note}`.trimEnd(), width)]
    : withNote(row, note, retryIndent, width);
  return stage.state === "not-run" ? lines.map((line) => colours.dim(line)) : lines;
}

/** With what the time beside it leaves out, which is why the run took longer. */
function noteOf({ note, paused }: LiveStage): string {
  return [
    ...(note === undefined || note === "" ? [] : [withShortTimes(note, new Date())]),
    ...(paused === undefined ? [] : [`paused for ${duration(paused)} besides`]),
  ].join("; ");
}

/** Beside the row where there is room for some words, else below it. */
function withNote(row: string, note: string, indent: number, width: number): readonly string[] {
  if (note === "") return [truncate(row.trimEnd(), width)];
  const column = widthOf(row) + 2;
  if (width - column >= Math.min(LEAST_NOTE_WIDTH, widthOf(note))) {
    const [first = "", ...more] = wrap(note, width - column);
    return [`${row}  ${first}`, ...more.map((line) => " ".repeat(column) + line)];
  }
  const below = wrap(note, Math.max(1, width - indent));
  return [truncate(row.trimEnd(), width), ...below.map((line) => " ".repeat(indent) + line)];
}

/** The progress of something that is no stage. */
export function progressText(progress: Progress, { colours, width }: Screen): string {
  return progressLines(progress, width, colours).join("\n");
}

/** The bar and the metrics, on one line where there is room. */
function progressLines(progress: Progress | undefined, width: number, colours: Colours): readonly string[] {
  if (progress === undefined) return [];
  const { phase, step, total, etaSeconds } = progress;
  const metrics = metricsOf(progress).join(" · ");
  // One step is no scale: the phase says all.
  if (total === 1) return [truncate([phase, metrics].filter(Boolean).join("  "), width)];
  const count = total > 0 ? `${step}/${total}` : `${step}`;
  const eta = etaSeconds === undefined ? "" : `  ETA ${roughDuration(etaSeconds)}`;
  const line = (room: number): string => {
    const bar = total > 0 && room >= SHORTEST_BAR;
    return `${phase}  ${bar ? `${progressBar(step / total, Math.min(BAR_WIDTH, room), colours)} ` : ""}${count}${eta}`;
  };
  const room = width - widthOf(`${phase}   ${count}${eta}`);
  if (metrics === "") return [truncate(line(room), width)];
  const roomBesideMetrics = room - 2 - widthOf(metrics);
  if (roomBesideMetrics >= SHORTEST_BAR) return [`${line(roomBesideMetrics)}  ${metrics}`];
  return [truncate(line(room), width), truncate(metrics, width)];
}

/** Why there was another attempt, further left than the progress so that more of it can be read. */
function retryLines(
  { attempt = 1, lastFailure }: LiveStage,
  indent: number,
  { width, colours }: Screen,
  notes: Notes,
): readonly string[] {
  if (attempt === 1 && lastFailure === undefined) return [];
  const why = lastFailure === undefined ? "" : `, after: ${lastFailure}`;
  const text = `attempt ${attempt}${why}`;
  const lines = notes === "cut" ? [truncate(text, width - indent)] : wrap(text, Math.max(1, width - indent));
  return lines.map((line) => colours.yellow(" ".repeat(indent) + line));
}

/** Younger progress is as good as new: some steps take seconds. */
const OLD_SECONDS = 10;

function metricsOf(progress: Progress): readonly string[] {
  const { loss, validationAccuracy, imagesPerSecond, ageSeconds = 0, outage } = progress;
  return [
    ...(outage === undefined ? [] : [outageText(outage, timeOfDay)]),
    ...(ageSeconds < OLD_SECONDS ? [] : [`no news for ${roughDuration(ageSeconds)}`]),
    ...(loss === undefined ? [] : [`loss ${loss.toFixed(3)}`]),
    ...(validationAccuracy === undefined ? [] : [`val. accuracy ${percent(validationAccuracy)}`]),
    ...(imagesPerSecond === undefined ? [] : [`${imagesPerSecond.toFixed(0)} images/s`]),
  ];
}

function paintOf(state: StageState, colours: Colours): (text: string) => string {
  switch (state) {
    case "running":
      return colours.cyan;
    case "done":
    case "cached":
      return colours.green;
    case "rolled-back":
    case "paused":
    case "cancelled":
      return colours.yellow;
    case "failed":
      return colours.red;
    case "skipped":
    case "waiting":
    case "not-run":
      return colours.dim;
  }
}
