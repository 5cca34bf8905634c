/** Predictions as a table, one image a row. */
import type { FilePrediction } from "../../client/predict.js";
import type { Screen } from "../output.js";
import { percent } from "./numbers.js";
import { table } from "./table.js";

/** Files that could not be read are left to {@link unreadable}. */
export function predictionsTable(predictions: readonly FilePrediction[], screen: Screen): string {
  const rows = predictions
    .filter(({ error }) => error === undefined)
    .map(({ path, label = "", confidence = 0 }) => [path, label, percent(confidence)]);
  return rows.length === 0 ? "" : table(["FILE", "LABEL", "CONFIDENCE"], rows, screen, [2]);
}

/** One sentence for each file that could not be read. */
export function unreadable(predictions: readonly FilePrediction[]): readonly string[] {
  return predictions.flatMap(({ path, error }) => (error === undefined ? [] : [`${path}: ${error}`]));
}
