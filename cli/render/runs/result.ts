/** What a completed run has reached, and what can be done with it. */

import type { RunView } from "../../../client/runs/watch.js";
import { withoutAdvice } from "../../../spec/pipeline/advice.js";
import type { ResultOfStage, RunResult } from "../../../spec/pipeline/run.js";
import type { FoldsInBrief } from "../../../spec/records/folds.js";
import { warningOf } from "../../../spec/records/resemblance.js";
import { pText } from "../../../spec/text/pText.js";
import type { Screen } from "../../output.js";
import { duration, percent } from "../numbers.js";
import { padEnd, padStart, wrap } from "../text.js";
import { seriousLines } from "../warnings.js";
import { foldsHeadline } from "./folds.js";
import { resemblanceLines } from "./resemblance.js";

const NAME_WIDTH = 8;
const PERCENT_WIDTH = 7;

/** Test accuracy of the head on the frozen base, of every stage after it, and of the run. */
export function resultSummary(view: RunView, result: RunResult, screen: Screen): string {
  const { colours, width } = screen;
  const [low, high] = result.testAccuracyInterval;
  const notes = new Map(view.stages.map(({ name, note }) => [name, note]));
  const rolledBack = new Set(
    view.stages.flatMap(({ name, state }) => (state === "rolled-back" ? [name] : [])),
  );
  const rows = result.byStage.map((stage): readonly [string, string, string] => {
    const { stage: name, accuracy } = stage;
    const note = notes.get(name) ?? "";
    if (name === "head") return [name, percent(accuracy), "head on the frozen base"];
    if (stage.rolledBack !== undefined || rolledBack.has(name)) return [name, "–", ownFigure(stage, note)];
    return [name, percent(accuracy), note];
  });
  if (result.scratch !== undefined) {
    const { accuracy, seconds } = result.scratch;
    const note = `same network from random weights, same time (${duration(seconds)})`;
    rows.push(["scratch", percent(accuracy), note]);
  }
  const recipe = notes.get("recipe");
  const warnings = result.warnings ?? view.warnings ?? [];
  const held = `95 % interval: ${percent(low)} – ${percent(high)}`;
  const named = `${result.model}@${result.version}`;
  const headlines =
    result.folds === undefined
      ? [`${colours.bold(`${named}  test accuracy ${percent(result.testAccuracy)}`)}  (${held})`]
      : foldLines(named, result, result.folds, held, screen);
  return [
    ...(warnings.some(({ code }) => code === "validation-unlike-test")
      ? []
      : resemblanceLines(result.resemblance, screen)),
    ...seriousLines(warnings, `\`thaw explain ${result.runId}\``, screen),
    ...headlines,
    ...rows.flatMap(([name, figure, note]) => figureLines(name, figure, note, screen)),
    ...(recipe === undefined
      ? []
      : besides(
          "recipe",
          NAME_WIDTH,
          warningOf(result.resemblance) === undefined ? recipe : withoutAdvice(recipe),
          width,
        )),
  ].join("\n");
}

/** The model is the one from before the stage; what the stage itself reached was judged on the validation images. */
function ownFigure({ rolledBack }: ResultOfStage, note: string): string {
  const { validationAccuracy, before } = rolledBack ?? {};
  if (validationAccuracy === undefined || before === undefined) return note;
  const why = note.replace(/^rolled back: /, "");
  return `rolled back at ${percent(validationAccuracy)} (validation; ${percent(before)} before)${why === "" ? "" : `: ${why}`}`;
}

/** For small sets what all folds say is the figure to quote; the one hold-out stands beside it. */
function foldLines(
  named: string,
  { testAccuracy }: RunResult,
  folds: FoldsInBrief,
  held: string,
  screen: Screen,
): readonly string[] {
  const { images, headAccuracy, pValue } = folds;
  const difference = `difference ${pText(pValue)}`;
  const row = (name: string, value: number, note: string): readonly string[] =>
    figureLines(name, percent(value), note, screen);
  return [
    foldsHeadline(named, folds, screen),
    ...row("untuned", headAccuracy, `over the folds: the head alone, ${images} images, ${difference}`),
    ...row("hold-out", testAccuracy, `the model that is registered, once; ${held}. By stage:`),
  ];
}

function figureLines(name: string, figure: string, note: string, { colours, width }: Screen): string[] {
  const begin = `${padEnd(name, NAME_WIDTH)}  ${padStart(figure, PERCENT_WIDTH)}`;
  return besides(begin, NAME_WIDTH + 2 + PERCENT_WIDTH, note, width, colours.dim);
}

/** In whole: why a stage went back, what held tuning back and what more images would buy is what the reader can act on. */
function besides(
  begin: string,
  columns: number,
  note: string,
  width: number,
  paint = (text: string): string => text,
): string[] {
  return wrap(note, width - columns - 4).map((line, index) =>
    `  ${padEnd(index === 0 ? begin : "", columns)}  ${line === "" ? "" : paint(line)}`.trimEnd(),
  );
}
