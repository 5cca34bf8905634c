/** Predictions as a table, one image a row. */
import type { FilePrediction, Predictions } from "../../../client/models/predict.js";
import { findLayersLeftOut, leftOutSentence } from "../../../spec/images/leftOut.js";
import { counted } from "../../../spec/warnings/words.js";
import type { Screen } from "../../output.js";
import { percent } from "../numbers.js";
import { table } from "../table.js";
import { truncate } from "../text.js";

/** Columns of a class's name, so that a sentence of a name leaves room for the rest; `--json` has it whole. */
const MOST_NAME = 32;
const named = (name: string): string => truncate(name, MOST_NAME);

/** Files that could not be read are left to {@link unreadable}. */
export function predictionsTable(predictions: readonly FilePrediction[], screen: Screen): string {
  const rows = predictions
    .filter(({ error }) => error === undefined)
    .map((prediction) => {
      const { path, label = "", confidence = 0 } = prediction;
      return [path, named(label), percent(confidence), doubtOf(prediction)];
    });
  if (rows.length === 0) return "";
  const header = ["FILE", "LABEL", "CONFIDENCE"];
  const doubtful = rows.some(([, , , doubt]) => doubt !== "");
  const columns = doubtful ? [...header, "DOUBT"] : header;
  const cells = rows.map((row) => row.slice(0, columns.length));
  // The answer, and which file it is for, are never cut: long paths have a line of their own.
  return table(columns, cells, screen, [2], [0, 1]);
}

/** Marks what a person should look at: images that are like none of the model's, or for which not exactly one class is probable enough. */
function doubtOf(prediction: FilePrediction): string {
  const marks = [prediction.familiarity?.unlike === true ? UNLIKE : "", classDoubtOf(prediction)];
  return marks.filter((mark) => mark !== "").join("; ");
}

const UNLIKE = "unlike its images";

function classDoubtOf({ label, set }: FilePrediction): string {
  if (set === undefined || (set.length === 1 && set[0] === label)) return "";
  const others = set.filter((name) => name !== label);
  return others.length === 0 ? "uncertain" : `or ${others.map(named).join(", ")}`;
}

export interface Answered extends Predictions {
  /** The champion's version, where the newest was asked for and there is a champion. */
  readonly inUse?: number | undefined;
}

/** Which version has answered, and what its doubts mean. */
export function answeredText({ model, predictions, inUse }: Answered): string {
  const doubts = predictions.filter((one) => one.error === undefined && classDoubtOf(one) !== "").length;
  const unlike = predictions.filter(({ familiarity }) => familiarity?.unlike === true).length;
  const other =
    inUse === undefined || inUse === model.version
      ? ""
      : `, the newest; version ${inUse} is in use (${model.name}@champion)`;
  const which = `Answered by ${model.name}@${model.version}${other}.`;
  const ofUnlike =
    unlike === 0
      ? ""
      : ` Unlike its images, at ${counted(unlike, "image")}: nothing that the model was evaluated on looks so, and it names one of its classes for whatever it is shown.`;
  const ofDoubts =
    doubts === 0
      ? ""
      : ` DOUBT, at ${counted(doubts, "image")}: no class is likely enough (uncertain), or several are; look there yourself.`;
  return `${which}${ofUnlike}${ofDoubts}`;
}

/**
 * Which doubts the model cannot have, so that no mark is not taken for none; empty where it can have all, and without an answer.
 * @param mirrored whether mirror images were averaged: there are no sets of classes then
 */
export function untoldText({ model, predictions }: Predictions, mirrored = false): string {
  const answered = predictions.filter(({ error }) => error === undefined);
  if (answered.length === 0) return "";
  const name = `${model.name}@${model.version}`;
  const unlike = answered.some(({ familiarity }) => familiarity !== undefined)
    ? []
    : [
        `No image is marked as unlike those of ${name}, whatever it shows: it has too few held-out images to tell, or nothing was kept of them.`,
      ];
  const doubt = answered.some(({ set }) => set !== undefined)
    ? []
    : [
        mirrored
          ? "With --mirrored no answer is marked as uncertain: sets of classes are for images as they are."
          : `No answer of ${name} is marked as uncertain: it has too few validation images to tell.`,
      ];
  return [...unlike, ...doubt].join(" ");
}

/** What the network was not shown of the files, as a run says it of its images; empty where that is nothing. */
export function leftOutText({ model, predictions }: Predictions): string {
  const found = findLayersLeftOut(predictions.map(({ path, leftOut }) => ({ path, ...leftOut })));
  return found === undefined ? "" : `${leftOutSentence(found, model.background)}.`;
}

/** One sentence for each file that could not be read. */
export function unreadable(predictions: readonly FilePrediction[]): readonly string[] {
  return predictions.flatMap(({ path, error }) => (error === undefined ? [] : [`${path}: ${error}`]));
}
