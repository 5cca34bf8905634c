/** Widths: padding and cutting text by the columns that it takes in a terminal, as it is shown there: cleaned. */
import stringWidth from "string-width";
import { SIGNED } from "../terminal/colours.js";
import { withoutActs } from "../terminal/shown.js";

/** What takes a column a character, as nearly all does that is shown: to look each up in the tables of emoji takes microseconds. */
const PLAIN = /^[\x20-\x7e]*$/;
/** Of other texts: a table asks for each several times. */
const known = new Map<string, number>();
const MOST_KNOWN = 2_000;
const LONGEST_KNOWN = 500;

function columnsOf(clean: string): number {
  if (PLAIN.test(clean)) return clean.length;
  const before = known.get(clean);
  if (before !== undefined) return before;
  const columns = stringWidth(clean);
  if (known.size >= MOST_KNOWN) known.clear();
  if (clean.length <= LONGEST_KNOWN) known.set(clean, columns);
  return columns;
}

/** Cuts `text` to `width` columns, with an ellipsis where something is lost; colours are kept intact. */
export function truncate(text: string, width: number): string {
  const clean = withoutActs(text);
  if (columnsOf(clean) <= width) return clean;
  return width < 1 ? "" : `${beginning(clean, width - 1)}…`;
}

const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });

/** As much as fits. All colours are kept: what is switched on is switched off again. */
function beginning(text: string, width: number): string {
  let left = width;
  return partsOf(text)
    .map(({ text: part, isSign }) => {
      if (isSign) return part;
      let kept = "";
      for (const { segment } of GRAPHEMES.segment(part)) {
        const columns = columnsOf(segment);
        // What does not fit ends it: a narrower letter behind it is not drawn forward.
        left = columns > left ? -1 : left - columns;
        if (left < 0) break;
        kept += segment;
      }
      return kept;
    })
    .join("");
}

function partsOf(text: string): readonly { readonly text: string; readonly isSign: boolean }[] {
  const parts: { text: string; isSign: boolean }[] = [];
  let from = 0;
  for (const { 0: sign, index } of text.matchAll(SIGNED)) {
    parts.push({ text: text.slice(from, index), isSign: false }, { text: sign, isSign: true });
    from = index + sign.length;
  }
  return [...parts, { text: text.slice(from), isSign: false }];
}

/** A space that may be broken at: a figure keeps its per cent sign. */
const BREAKS = / (?!%)/;

/** Breaks `text` between words so that no line is wider than `width` columns; a longer word is cut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of withoutActs(text).split(BREAKS)) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && columnsOf(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(truncate(word, width));
  }
  return lines;
}

export function padEnd(text: string, width: number): string {
  const clean = withoutActs(text);
  return clean + " ".repeat(Math.max(0, width - columnsOf(clean)));
}

export function padStart(text: string, width: number): string {
  const clean = withoutActs(text);
  return " ".repeat(Math.max(0, width - columnsOf(clean))) + clean;
}

export const widthOf = (text: string): number => columnsOf(withoutActs(text));
