/** A table without lines, for terminals and for `grep` and `awk` alike. */
import Table from "cli-table3";
import type { Screen } from "../output.js";
import { truncate, widthOf } from "./text.js";

const NO_LINES = Object.fromEntries(
  [
    ...["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"],
    ...["left", "left-mid", "mid", "mid-mid", "right", "right-mid"],
  ].map((name) => [name, ""]),
);

/** @param right indices of the columns with numbers, which are aligned to the right */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { colours, width }: Screen,
  right: readonly number[] = [],
): string {
  const fit = widthsWithin(width, header, rows, right);
  const text = new Table({
    chars: { ...NO_LINES, middle: "  " },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colAligns: header.map((_, index) => (right.includes(index) ? "right" : "left")),
  });
  text.push(
    header.map((title, column) => colours.dim(truncate(title, fit[column] ?? 0))),
    ...rows.map((row) => row.map((cell, column) => truncate(cell, fit[column] ?? 0))),
  );
  return text
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** Below this a cell says nothing. */
const LEAST_WIDTH = 8;
const GAP = 2;

/**
 * Widths of the columns so that the table fits the screen: the widest column of words gives way first, down to
 * {@link LEAST_WIDTH}. Figures are never cut.
 */
function widthsWithin(
  width: number,
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[],
): readonly number[] {
  const widths = header.map((title, column) =>
    Math.max(...[title, ...rows.map((row) => row[column] ?? "")].map(widthOf)),
  );
  const excess = (): number => widths.reduce((sum, each) => sum + each, GAP * (widths.length - 1)) - width;
  while (excess() > 0) {
    const words = widths.map((each, column) => (right.includes(column) ? 0 : each));
    // The first column says what the row is of: it gives way last.
    if (words.some((each, column) => column > 0 && each > LEAST_WIDTH)) words[0] = 0;
    const widest = Math.max(...words);
    if (widest <= LEAST_WIDTH) break;
    widths[words.indexOf(widest)] = widest - 1;
  }
  return widths;
}
