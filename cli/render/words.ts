/** Breaking sentences between words, without the tables' packages: errors and help are to be there at once. */
import { stripVTControlCharacters } from "node:util";

/** A line that is indented, or has a gap: a list of commands, columns. */
const LAID_OUT = /^ |\S {2,}\S/;
/** Of lines that are broken off: none passes for a message of its own. */
const INDENT = "  ";
/** A command or a value of the run file, between backticks. */
const QUOTED = /`[^`]*`/g;
/** Stands for a space that is not to be broken at. */
const HELD = "\0";

/** An indented command to copy, with what it does behind it. */
const COMMAND = /^ {2}\S.* # /;
const REMARK = /\s+(?=# )/;

/** What is said beside the data: its sentences are broken, its lists and columns stay as their renderer laid them out. */
export function wrapTalk(text: string, width: number): string {
  const wrapped = (line: string): string => {
    const plain = stripVTControlCharacters(line);
    if (!LAID_OUT.test(plain)) return wrapLine(line, width, INDENT);
    const isTooWide = COMMAND.test(plain) && columns(plain) > width;
    return isTooWide ? line.replace(REMARK, `\n${INDENT}${INDENT}`) : line;
  };
  if (!Number.isFinite(width)) return text;
  return text.split("\n").map(wrapped).join("\n");
}

/**
 * A longer word, such as a path, stays whole, so that it can be copied, and so does what stands between backticks, such as
 * a command. A line's own breaks stay.
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

/**
 * As {@link wrapWords}, behind a mark.
 * @param first stands before the first line; the others are as far in
 */
export function hangingLines(text: string, first: string, width: number): readonly string[] {
  return wrapWords(text, width - first.length)
    .split("\n")
    .map((line, index) => `${index === 0 ? first : " ".repeat(first.length)}${line}`);
}

function wrapLine(line: string, width: number, indent: string): string {
  const lines: string[] = [];
  for (const word of wordsOf(line)) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    if (last !== undefined && columns(longer) > width) lines.push(indent + word);
    else lines[Math.max(0, lines.length - 1)] = longer;
  }
  return lines.join("\n");
}

const wordsOf = (line: string): readonly string[] =>
  line
    .replace(QUOTED, (quoted) => quoted.replaceAll(" ", HELD))
    .replaceAll(" %", `${HELD}%`)
    .split(" ")
    .map((word) => word.replaceAll(HELD, " "));

/** A wide character counts as one: the terminal then breaks the line itself. */
const columns = (text: string): number => [...stripVTControlCharacters(text)].length;
