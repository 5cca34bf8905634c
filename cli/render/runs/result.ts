/** What a completed run has reached, and what can be done with it. */
import type { RunView } from "../../../client/runs/watch.js";
import { withoutAdvice } from "../../../spec/pipeline/advice.js";
import type { RunResult } from "../../../spec/pipeline/run.js";
import type { FoldsInBrief } from "../../../spec/records/folds.js";
import { warningOf } from "../../../spec/records/resemblance.js";
import type { Screen } from "../../output.js";
import { duration, percent } from "../numbers.js";
import { padEnd, padStart, truncate, wrap } from "../text.js";
import { foldsHeadline } from "./folds.js";
import { resemblanceLines } from "./resemblance.js";

const NAME_WIDTH = 8;
const PERCENT_WIDTH = 7;

/** Test accuracy of the head on the frozen base, of every stage after it, and of the run. */
export function resultSummary(view: RunView, result: RunResult, screen: Screen): string {
  const { colours, width } = screen;
  const [low, high] = result.testAccuracyInterval;
  const notes = new Map(view.stages.map(({ name, note }) => [name, note]));
  const rows = result.byStage.map(({ stage, accuracy }) => {
    const note = stage === "head" ? "head on the frozen base" : (notes.get(stage) ?? "");
    return [stage, accuracy, note] as const;
  });
  if (result.scratch !== undefined) {
    const { accuracy, seconds } = result.scratch;
    rows.push(["scratch", accuracy, `same network from random weights, same time (${duration(seconds)})`]);
  }
  const recipe = notes.get("recipe");
  const held = `95 % interval: ${percent(low)} – ${percent(high)}`;
  const named = `${result.model}@${result.version}`;
  const headlines =
    result.folds === undefined
      ? [`${colours.bold(`${named}  test accuracy ${percent(result.testAccuracy)}`)}  (${held})`]
      : foldLines(named, result, result.folds, held, screen);
  return [
    ...resemblanceLines(result.resemblance, screen),
    ...headlines,
    ...rows.map(([name, accuracy, note]) =>
      truncate(
        `  ${padEnd(name, NAME_WIDTH)}  ${padStart(percent(accuracy), PERCENT_WIDTH)}  ${colours.dim(note)}`,
        width,
      ).trimEnd(),
    ),
    ...(recipe === undefined
      ? []
      : recipeLines(warningOf(result.resemblance) === undefined ? recipe : withoutAdvice(recipe), width)),
  ].join("\n");
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
  const { colours, width } = screen;
  const difference = `difference p = ${pValue.toPrecision(2)}`;
  const row = (name: string, value: number, note: string): string =>
    truncate(
      `  ${padEnd(name, NAME_WIDTH)}  ${padStart(percent(value), PERCENT_WIDTH)}  ${colours.dim(note)}`,
      width,
    );
  return [
    foldsHeadline(named, folds, screen),
    row("head", headAccuracy, `over the folds: the head alone, ${images} images, ${difference}`),
    row("hold-out", testAccuracy, `the model that is registered, once; ${held}. By stage:`),
  ];
}

/** In whole: what held tuning back and what more images would buy is what the reader can act on. */
function recipeLines(recipe: string, width: number): string[] {
  const indent = NAME_WIDTH + 4;
  return wrap(recipe, width - indent).map(
    (line, index) => `  ${padEnd(index === 0 ? "recipe" : "", NAME_WIDTH)}  ${line}`,
  );
}
