/** Warnings about images and figures: as lines under a result, and as a mark in tables. */
import { type Grade, serious, type Warning } from "../../spec/warnings/warning.js";
import type { Screen } from "../output.js";
import type { Colours } from "../terminal/colours.js";
import { hangingLines } from "./words.js";

const MARKS: Readonly<Record<Grade, string>> = { voids: "!!", check: "!", note: "·" };
/** Before the sentence of each grade; the other two speak for themselves. */
const LABELS: Readonly<Record<Grade, string>> = { voids: "The figure may be void. ", check: "", note: "" };

export const WARNINGS_TITLE = "WARNINGS";

/** Sentence and advice of each, the strongest first. */
export function warningLines(warnings: readonly Warning[], screen: Screen): readonly string[] {
  return warnings.flatMap(({ grade, sentence, advice }) => [
    ...hangingLines(`${LABELS[grade]}${sentence}`, `${MARKS[grade]} `.padEnd(3), screen.width).map((line) =>
      paintOf(grade, screen.colours)(line),
    ),
    ...hangingLines(advice, "   → ", screen.width),
  ]);
}

/** Those that count, and how many notes there are besides. @param more what shows all of them */
export function seriousLines(warnings: readonly Warning[], more: string, screen: Screen): readonly string[] {
  const shown = serious(warnings);
  const notes = warnings.length - shown.length;
  return [
    ...warningLines(shown, screen),
    ...(notes === 0
      ? []
      : [screen.colours.dim(`·  ${notes} ${notes === 1 ? "note" : "notes"} on the images: ${more}`)]),
  ];
}

/** E.g. `!! leaks +2`; empty where there are only notes. */
export function warningMark(warnings: readonly Warning[] | undefined, colours: Colours): string {
  const [strongest, ...others] = serious(warnings ?? []);
  if (strongest === undefined) return "";
  const { grade, code } = strongest;
  const more = others.length === 0 ? "" : ` +${others.length}`;
  return paintOf(grade, colours)(`${MARKS[grade]} ${code}${more}`);
}

function paintOf(grade: Grade, colours: Colours): (text: string) => string {
  if (grade === "voids") return colours.red;
  return grade === "check" ? colours.yellow : colours.dim;
}
