/** Widths: padding and cutting text by the columns that it takes in a terminal. */
import sliceAnsi from "slice-ansi";
import stringWidth from "string-width";

/** Cuts `text` to `width` columns, with an ellipsis where something is lost; colours are kept intact. */
export function truncate(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  return width < 1 ? "" : `${sliceAnsi(text, 0, width - 1)}…`;
}

/** Breaks `text` between words so that no line is wider than `width` columns; a longer word is cut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && stringWidth(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(truncate(word, width));
  }
  return lines;
}

export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stringWidth(text)));
}

export function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - stringWidth(text))) + text;
}

export const widthOf = (text: string): number => stringWidth(text);
