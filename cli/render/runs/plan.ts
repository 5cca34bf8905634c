/** A plan as a table: which stages would be computed, and why. */
import type { PlannedActivations } from "../../../client/forecast/activations.js";
import type { Forecasts } from "../../../client/forecast/forecasts.js";
import type { PlannedTime } from "../../../client/forecast/planned.js";
import type { PlannedShards } from "../../../client/forecast/shards.js";
import type { StartedForecast } from "../../../client/forecast/started.js";
import type { PlannedStage } from "../../../client/plan/foresee.js";
import { money } from "../../../spec/prices.js";
import { bytesInWords, keptSentence } from "../../../spec/records/features.js";
import type { Screen } from "../../output.js";
import { inShort } from "../numbers.js";
import { proseTable } from "../table.js";
import { truncate } from "../text.js";
import { wrapWords } from "../words.js";
import { joinAlike } from "./alike.js";

/** A plan of a run that computes nothing, in three lines; else the table. */
export function planText(
  model: string,
  stages: readonly PlannedStage[],
  screen: Screen,
  { time, activations, shards, imageShards }: Forecasts = {},
): string {
  if (stages.some(({ action }) => action === "run" || action === "maybe")) {
    const more = [
      ...(imageShards === undefined ? [] : [shardsText("Images", imageShards, "read")]),
      ...(shards === undefined ? [] : [shardsText("Features", shards, "computed")]),
      ...(activations === undefined ? [] : [activationsText(activations)]),
    ];
    return [planTable(stages, screen, time), ...more.map((text) => wrapWords(text, screen.width))].join("\n");
  }
  const reused = stages.filter(({ action }) => action === "reuse").length;
  const skipped = stages.length - reused;
  return [
    `${screen.colours.bold(model)}: nothing to compute`,
    `${reused === 1 ? "The one stage is" : `All ${reused} stages are`} in the store${skipped === 0 ? "" : `; ${skipped} are left out, as before`}.`,
    "`thaw run` would end in seconds with the same model; `thaw models` lists it.",
  ].join("\n");
}

/** What is said of a run that has started: what it will take, or why that cannot be told. */
export function startedTimeText(forecast: StartedForecast, { width }: Screen): string {
  const text =
    "unknown" in forecast
      ? `No forecast of its time: ${forecast.unknown}`
      : forecast.time === undefined
        ? "Nothing to compute: every stage is in the store"
        : timeText(forecast.time);
  return wrapWords(text, width);
}

/** E.g. `About 4 min of computing, as in earlier runs; about 0.12 EUR.` */
function timeText({ seconds, isMeasured, withoutFolds, cost }: PlannedTime): string {
  const ground = isMeasured ? "as in earlier runs" : "a guess from the number of images and the base";
  return [
    `About ${inShort(seconds)} of computing, ${ground}`,
    ...(withoutFolds ? ["folds that the recipe may ask for come on top"] : []),
    ...(cost === undefined ? [] : [`about ${money(cost.amount, cost.currency)}`]),
  ].join("; ");
}

/** E.g. `Features: about 64 shards of at most 2000 images, 4 at once; those in the store are not computed`. */
function shardsText(what: string, { shards, images, parallel }: PlannedShards, done: string): string {
  return `${what}: about ${shards} shards of at most ${images} images, ${parallel === 1 ? "one after the other" : `${parallel} at once`}; those in the store are not ${done}`;
}

/** E.g. `Activations: about 5.4 GB of 8 GB kept; blocks.5 recomputed in each epoch (budget 6 GB)`. */
function activationsText(activations: PlannedActivations): string {
  const { budget, isExact, recomputed } = activations;
  const [, said] = keptSentence(activations).split("activations: ");
  const limit = recomputed.length === 0 ? "" : ` (budget ${bytesInWords(budget)})`;
  return `Activations: ${isExact ? "" : "about "}${said}${limit}`;
}

/** @param time undefined where nothing has to be computed */
export function planTable(stages: readonly PlannedStage[], screen: Screen, time?: PlannedTime): string {
  const { colours, width } = screen;
  const paint = (action: PlannedStage["action"]): string =>
    action === "run"
      ? colours.cyan(action)
      : action === "reuse"
        ? colours.green(action)
        : colours.dim(action);
  const shown = joinAlike(stages, ({ action, why }) =>
    action === "skip" || action === "maybe" ? `${action} ${why}` : undefined,
  );
  const rows = shown.map(({ name, action, why }) => [name, paint(action), why]);
  const lines = proseTable(["STAGE", "ACTION", "WHY"], rows, screen)
    .split("\n")
    .map((line) => truncate(line, width));
  return [...lines, ...(time === undefined ? [] : ["", wrapWords(timeText(time), width)])].join("\n");
}
