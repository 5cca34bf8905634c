/** Warnings about images and figures: as lines under a result, and as a mark in tables. */
import { type Grade, serious, type Warning } from "../../spec/warnings/warning.js";
import type { Screen } from "../output.js";
import type { Colours } from "../terminal/colours.js";
import { hangingLines } from "./words.js";

const MARKS: Readonly<Record<Grade, string>> = { voids: "!!", check: "!", note: "·" };
/** Before the sentence; the other two grades speak for themselves. */
const VOID = "figure may be void";

export const WARNINGS_TITLE = "WARNINGS";

/**
 * Sentence and advice of each, the strongest first.
 * @param whose figure it is, e.g. `A`, where several are shown
 */
export function warningLines(
  warnings: readonly Warning[],
  screen: Screen,
  whose?: string,
): readonly string[] {
  const before = (grade: Grade): string => {
    const label = grade === "voids" ? `${whose === undefined ? "The" : "the"} ${VOID}. ` : "";
    return whose === undefined ? label : `${whose}: ${label}`;
  };
  return warnings.flatMap(({ grade, sentence, advice }) => [
    ...hangingLines(`${before(grade)}${sentence}`, `${MARKS[grade]} `.padEnd(3), screen.width).map((line) =>
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

/** What the strongest mark of a list means. @param more what tells why, e.g. `thaw explain RUN` */
export function voidMarkText(more: string, screen: Screen): string {
  const lines = hangingLines(`The ${VOID}: \`${more}\` says why.`, `${MARKS.voids} `, screen.width);
  return lines.map(paintOf("voids", screen.colours)).join("\n");
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
