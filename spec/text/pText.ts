/** The p value of a test, written in one way wherever it is told. */

/** `p = 0.031`, `p < 0.001`. */
export function pText(p: number): string {
  return p < LEAST ? `p < ${LEAST}` : `p = ${p.toFixed(DECIMALS)}`;
}

/** In a column that is called p: `0.031`, `< 0.001`. */
export function pFigure(p: number): string {
  return p < LEAST ? `< ${LEAST}` : p.toFixed(DECIMALS);
}

const DECIMALS = 3;
/** Smaller ones depend on assumptions, and on how often a permutation was drawn, more than on the data. */
const LEAST = 0.001;
