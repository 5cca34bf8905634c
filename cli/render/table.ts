/** A table without lines, for terminals and for `grep` and `awk` alike. */
import type { Screen } from "../output.js";
import { padEnd, padStart, truncate, widthOf } from "./text.js";

/** @param right indices of the columns with numbers, which are aligned to the right */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { colours, width }: Screen,
  right: readonly number[] = [],
): string {
  const fit = widthsWithin(width, header, rows, right);
  const line = (cells: readonly string[]): string =>
    fit
      .map((columns, column) => {
        const cell = truncate(cells[column] ?? "", columns);
        return right.includes(column) ? padStart(cell, columns) : padEnd(cell, columns);
      })
      .join(" ".repeat(GAP))
      .trimEnd();
  return [line(header.map((title) => colours.dim(title))), ...rows.map(line)].join("\n");
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
    rows.reduce((widest, row) => Math.max(widest, widthOf(row[column] ?? "")), widthOf(title)),
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
