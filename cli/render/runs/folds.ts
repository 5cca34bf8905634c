/** What the folds of a run or a model say, in a column of a table and as a headline. */
import type { FoldsInBrief } from "../../../spec/records/folds.js";
import type { Screen } from "../../output.js";
import { percent } from "../numbers.js";

export const FOLDS_TITLE = "OVER FOLDS";

/** `84.2 % (79.3 – 88.1)`; empty without folds. */
export function foldsCell(folds: FoldsInBrief | undefined): string {
  if (folds === undefined) return "";
  const [low, high] = folds.accuracyInterval.map((bound) => (100 * bound).toFixed(1));
  return `${percent(folds.accuracy)} (${low} – ${high})`;
}

/** @param named the model with its version */
export function foldsHeadline(
  named: string,
  { count, accuracy, accuracyInterval: [low, high] }: FoldsInBrief,
  { colours }: Screen,
): string {
  const figure = `${named}  accuracy over ${count} folds ${percent(accuracy)}`;
  return `${colours.bold(figure)}  (95 % interval: ${percent(low)} – ${percent(high)})`;
}
