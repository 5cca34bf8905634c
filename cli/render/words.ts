/** Breaking sentences between words, without the tables' packages: errors and help are to be there at once. */
import { stripVTControlCharacters } from "node:util";

/**
 * A longer word, such as a path, stays whole, so that it can be copied. A line's own breaks stay.
 * @param width columns; infinite where nobody looks at a screen
 * @param indent of the lines that are broken off
 */
export function wrapWords(text: string, width: number, indent = ""): string {
  if (!Number.isFinite(width)) return text;
  return text
    .split("\n")
    .map((line) => wrapLine(line, width, indent))
    .join("\n");
}

function wrapLine(line: string, width: number, indent: string): string {
  const lines: string[] = [];
  for (const word of line.split(" ")) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    if (last !== undefined && columns(longer) > width) lines.push(indent + word);
    else lines[Math.max(0, lines.length - 1)] = longer;
  }
  return lines.join("\n");
}

/** A wide character counts as one: the terminal then breaks the line itself. */
const columns = (text: string): number => [...stripVTControlCharacters(text)].length;
