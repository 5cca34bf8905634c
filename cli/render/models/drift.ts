/** Drift for people: the verdict first, then what differs, the classes, and the images that look newest. */

import type { ModelDrift } from "../../../client/models/drift.js";
import type { DriftReport } from "../../../spec/records/drift.js";
import { pFigure } from "../../../spec/text/pText.js";
import type { Screen } from "../../output.js";
import { percent } from "../numbers.js";
import { table } from "../table.js";
import { truncate } from "../text.js";
import { wrapWords } from "../words.js";

const CLASSES_SHOWN = 8;

export function driftText(drift: ModelDrift, screen: Screen): string {
  const { model, sentence, properties } = drift;
  const { colours, width } = screen;
  return [
    wrapWords(`${colours.bold(`${model.name}@${model.version}`)}: ${sentence}.`, width),
    ...properties.slice(1).map(({ sentence: more }) => wrapWords(`Besides, ${more}.`, width)),
    ...classesOf(drift, screen),
    ...newestOf(drift, screen),
    "",
    wrapWords(basisOf(drift), width),
  ].join("\n");
}

/** Those that come in other measure, the most first. */
function classesOf({ outputs = [], level }: DriftReport, screen: Screen): readonly string[] {
  const differing = outputs
    .filter(({ pValue, sharePValue }) => Math.min(pValue, sharePValue) < level)
    .sort((a, b) => b.distance - a.distance);
  if (differing.length === 0) return [];
  const rows = differing
    .slice(0, CLASSES_SHOWN)
    .map(({ name, heldOutShare, newShare, sharePValue, pValue }) => [
      ...[name, percent(heldOutShare), percent(newShare), pFigure(sharePValue), pFigure(pValue)],
    ]);
  const more = differing.length - rows.length;
  return [
    "",
    table(["PREDICTED AS", "HELD OUT", "NEW", "P", "P OF ITS PROBABILITY"], rows, screen, [1, 2, 3, 4]),
    ...(more > 0 ? [`and ${more} more (--json)`] : []),
  ];
}

function newestOf({ newest }: DriftReport, screen: Screen): readonly string[] {
  if (newest.length === 0) return [];
  const rows = newest.map(({ path, predicted, confidence, distance }) => [
    ...[path, truncate(predicted, 32), percent(confidence), `${distance.toFixed(1)}×`],
  ]);
  const header = ["NEWEST-LOOKING", "LABEL", "CONFIDENCE", "DISTANCE"];
  return ["", table(header, rows, screen, [2, 3], [0])];
}

function basisOf({ images, distance, level }: DriftReport): string {
  const { found, read, unreadable, known, copies, compared, heldOut } = images;
  const parts = [
    `Compared: ${compared} of ${found} images with ${heldOut} held-out ones`,
    ...(read + unreadable.count < found ? [`${read + unreadable.count} drawn at random were read`] : []),
    ...(known > 0 ? [`${known} left out as known from the model's data set`] : []),
    ...(copies > 0 ? [`${copies} left out as copies of others`] : []),
    ...(unreadable.count > 0 ? [`${unreadable.count} cannot be read`] : []),
  ].join("; ");
  const far =
    distance === undefined
      ? ""
      : ` Their features lie ${distance.toFixed(1)} times as far from the nearest held-out image as those from each other, which says nothing of accuracy.`;
  return `${parts}. False alarms: at most ${percent(level)}.${far}`;
}
