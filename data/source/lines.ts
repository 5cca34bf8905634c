/** Reads files of lines that may be longer than a string can be, some lines at a time. */
import { createReadStream } from "node:fs";

/**
 * The lines of a UTF-8 file without their ends; what follows the last end of a line is none, for it was cut short.
 * @param longest characters of a line: reading ends at one that has more
 * @throws Error of the system's, where the file cannot be read
 */
export async function* readLines(file: string, longest: number): AsyncGenerator<readonly string[]> {
  let rest = "";
  for await (const chunk of createReadStream(file, "utf8")) {
    const lines = (rest + (chunk as string)).split("\n");
    rest = lines.pop() ?? "";
    yield lines;
    if (rest.length > longest) return;
  }
}

/** Written together: a write each would take a second for 20,000 lines, and all of a million are longer than a string may be. */
const LINES_AT_ONCE = 1000;

/** The text of a file of JSON lines, in pieces. */
export function* jsonLines(values: Iterable<unknown>): Generator<string> {
  let lines: string[] = [];
  for (const value of values) {
    lines.push(`${JSON.stringify(value)}\n`);
    if (lines.length < LINES_AT_ONCE) continue;
    yield lines.join("");
    lines = [];
  }
  yield lines.join("");
}
