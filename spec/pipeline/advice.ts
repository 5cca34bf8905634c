/** The advice on more images at the end of the recipe's note, and how to leave it out. */

/** How `learn/evidence/curveAdvice.ts` begins. */
const BEGINNINGS = ["what more images would buy", "twice as many images would buy", "more images would"];

/** Said instead of the advice where the test images are unlike those that it was measured on. */
export const ADVICE_WITHHELD =
  "what more images would buy is not said: it was measured on images like the validation images, which the test images do not resemble";

/** The recipe's note with {@link ADVICE_WITHHELD} in place of the advice; as it is where there is none. */
export function withoutAdvice(note: string): string {
  const starts = BEGINNINGS.map((beginning) => note.lastIndexOf(`; ${beginning}`)).filter((at) => at >= 0);
  return starts.length === 0 ? note : `${note.slice(0, Math.min(...starts))}; ${ADVICE_WITHHELD}`;
}
