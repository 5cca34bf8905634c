/** A table without lines, for terminals and for `grep` and `awk` alike. */
import type { Screen } from "../output.js";
import { padEnd, padStart, truncate, widthOf, wrap } from "./text.js";

/**
 * @param right indices of the columns with numbers, which are aligned to the right
 * @param whole indices of the columns that people copy from, which are never cut: where they leave too little for the
 *   others, a row takes several lines
 */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  screen: Screen,
  right: readonly number[] = [],
  whole: readonly number[] = [],
): string {
  const natural = header.map((title, column) =>
    rows.reduce((widest, row) => Math.max(widest, widthOf(row[column] ?? "")), widthOf(title)),
  );
  const fit = widthsWithin(screen.width, natural, right, whole);
  if (whole.length === 0 || fits(fit, screen.width)) return block(header, rows, screen, right, fit);
  const blocks = bandsWithin(screen.width, natural, whole).map(({ columns, widths, indent }) => {
    const of = (cells: readonly string[]): readonly string[] => columns.map((column) => cells[column] ?? "");
    const inBand = columns.flatMap((column, index) => (right.includes(column) ? [index] : []));
    const lines = block(of(header), rows.map(of), screen, inBand, widths).split("\n");
    return lines.map((line) => (line === "" ? line : `${" ".repeat(indent)}${line}`));
  });
  return [header, ...rows]
    .flatMap((_, row) =>
      blocks.map((lines) => lines[row] ?? "").filter((line, band) => band === 0 || line !== ""),
    )
    .join("\n");
}

/** Columns below which sentences are a word a line: then they are cut, as other cells are. */
const LEAST_PROSE = 30;

/** A table whose last column are sentences: they are not cut but go on in the lines below. @param right as of {@link table} */
export function proseTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  screen: Screen,
  right: readonly number[] = [],
): string {
  const last = header.length - 1;
  const others = header.map((title, column) =>
    Math.max(widthOf(title), ...rows.map((row) => widthOf(row[column] ?? ""))),
  );
  const left = screen.width - sum(others.slice(0, last)) - GAP;
  if (!Number.isFinite(left) || left < LEAST_PROSE) return table(header, rows, screen, right);
  const lines = rows.flatMap((row) =>
    wrap(row[last] ?? "", left).map((text, index) => [
      ...header.slice(0, last).map((_, column) => (index === 0 ? (row[column] ?? "") : "")),
      text,
    ]),
  );
  return table(header, lines, screen, right);
}

function block(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { colours }: Screen,
  right: readonly number[],
  widths: readonly number[],
): string {
  const line = (cells: readonly string[]): string =>
    widths
      .map((columns, column) => {
        const cell = truncate(cells[column] ?? "", columns);
        return right.includes(column) ? padStart(cell, columns) : padEnd(cell, columns);
      })
      .join(" ".repeat(GAP))
      .trimEnd();
  // A colour around nothing would keep the spaces before it at the end of the line.
  return [line(header.map((title) => (title === "" ? title : colours.dim(title)))), ...rows.map(line)].join(
    "\n",
  );
}

/** Below this a cell says nothing. */
const LEAST_WIDTH = 8;
const GAP = 2;
/** Of the lines of a row after its first. */
const INDENT = 2;

const sum = (widths: readonly number[]): number =>
  widths.reduce((total, each) => total + each, GAP * (widths.length - 1));

const fits = (widths: readonly number[], width: number): boolean => sum(widths) <= width;

/**
 * Widths of the columns so that the table fits the screen: the widest column of words gives way first, down to
 * {@link LEAST_WIDTH}. Figures are never cut.
 */
function widthsWithin(
  width: number,
  natural: readonly number[],
  right: readonly number[],
  whole: readonly number[],
): readonly number[] {
  const widths = [...natural];
  while (!fits(widths, width)) {
    const words = widths.map((each, column) => (right.includes(column) || whole.includes(column) ? 0 : each));
    // The first column says what the row is of: it gives way last.
    if (words.some((each, column) => column > 0 && each > LEAST_WIDTH)) words[0] = 0;
    const widest = Math.max(...words);
    if (widest <= LEAST_WIDTH) break;
    widths[words.indexOf(widest)] = widest - 1;
  }
  return widths;
}

interface Band {
  readonly columns: number[];
  readonly widths: number[];
  readonly indent: number;
}

/** The columns in their order, as many on a line as fit; one that is wider than the screen has a line of its own. */
function bandsWithin(width: number, natural: readonly number[], whole: readonly number[]): readonly Band[] {
  const bands: Band[] = [];
  for (const [column, wanted] of natural.entries()) {
    const last = bands.at(-1);
    if (last !== undefined && fits([...last.widths, wanted], width - last.indent)) {
      last.columns.push(column);
      last.widths.push(wanted);
      continue;
    }
    const indent = last === undefined ? 0 : INDENT;
    const cut = whole.includes(column) ? wanted : Math.min(wanted, width - indent);
    bands.push({ columns: [column], widths: [cut], indent });
  }
  return bands;
}
