/** Reads the rows of a CSV manifest, and says in plain words what is wrong with a file that is none. */
import { CsvError, parse } from "csv-parse/sync";

/** A row before it is checked, with its line from 1. */
export interface RawRow {
  readonly line: number;
  readonly value: unknown;
}

/** The first line that spreadsheets write and read for themselves. */
const SEPARATOR_LINE = /^(\ufeff?)sep=(.?).*/i;

/** In place of the parser's own words. */
const WORDING: Readonly<Record<string, string>> = {
  CSV_RECORD_INCONSISTENT_COLUMNS:
    "it has more or fewer cells than the first line has columns; a cell with a comma in it has to be in quotes",
  CSV_QUOTE_NOT_CLOSED: 'a quote (") is opened here and never closed',
  CSV_INVALID_CLOSING_QUOTE:
    'text follows a closing quote (") in a cell; a quote in quoted text is written twice',
  INVALID_OPENING_QUOTE:
    'a quote (") is in the middle of a cell; put the whole cell in quotes, and its own ones twice',
};

/**
 * @param columns what they may be called, whether upper or lower case; the first `required` have to be there
 * @param invalid makes the error about a line
 */
export function csvRows(
  text: string,
  columns: readonly string[],
  required: number,
  invalid: (line: number, what: string, cause?: unknown) => Error,
): RawRow[] {
  const separator = SEPARATOR_LINE.exec(text)?.[2];
  if (separator !== undefined && separator !== ",") throw invalid(1, wrongSeparator(separator));
  // The line stays, empty, so that the others keep their numbers.
  const content = text.replace(SEPARATOR_LINE, "$1");
  const headerLine = content.split("\n").findIndex((line) => line.replace("\ufeff", "").trim() !== "") + 1;
  const header = (cells: readonly string[]): string[] => {
    const names = cells.map((cell) => columns.find((name) => name === cell.toLowerCase()) ?? cell);
    const problem = problemOfHeader(names, columns.slice(0, required));
    if (problem !== undefined) throw invalid(headerLine, problem);
    return names;
  };
  try {
    // Of a million rows the parser's own notes on each would take more memory than the rows.
    return parse(content, {
      bom: true,
      columns: header,
      on_record: (value: unknown, { lines }): RawRow => ({ line: lines, value }),
      skip_empty_lines: true,
      trim: true,
    }) as unknown as RawRow[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw invalid(Number(error.lines ?? headerLine), WORDING[error.code] ?? error.message, error);
  }
}

function problemOfHeader(names: readonly string[], required: readonly string[]): string | undefined {
  const [only = ""] = names;
  const other = [";", "\t", "|"].find((one) => names.length === 1 && only.includes(one));
  if (other !== undefined) return wrongSeparator(other);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return `the column ${twice} is there twice`;
  const missing = required.find((name) => !names.includes(name));
  if (missing === undefined) return undefined;
  return `there is no column ${missing}: the first line names the columns, and has ${names.join(", ")}`;
}

function wrongSeparator(separator: string): string {
  const shown = separator === "\t" ? "tabs" : separator;
  return `the columns are separated by ${shown}, but a manifest's are by commas: save it as CSV with commas`;
}
