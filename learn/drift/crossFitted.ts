/** Which of two samples a vector is from, by a linear classifier that has not seen it. */
import { columnScale, gram, type Matrix, standardize } from "../transferability/matrix.js";

/** How scores follow from the membership: those of all permutations cost a product each, and no fit. */
export interface CrossFitted {
  readonly rows: number;
  /** `[rows, rows]`: what row j adds to the scores of all rows if it belongs to the second sample; 0 for its own fold. */
  readonly parts: Float64Array;
}

/**
 * A logistic regression with an L2 penalty after one Newton step from nothing: least squares of the membership on
 * standardised features, centred by the rows that are fitted to. Its scores are linear in the membership, whatever
 * that is, so a permutation test can fit anew for each permutation at the price of a sum. More steps would change the
 * lengths of the scores more than their order, and the order is all that the AUC sees.
 *
 * Features are standardised by both samples together, which know nothing of the membership.
 * @param features `[rows, width]`, at least two rows outside of each fold
 * @param folds the fold of each row: its score is fitted to the rows of the others
 * @param penalty in the mean squared length of the centred rows
 */
export function crossFit(features: Matrix, folds: readonly number[], penalty: number): CrossFitted {
  const { rows } = features;
  const products = gram(standardize(features, columnScale(features))).data;
  const parts = new Float64Array(rows * rows);
  for (const fold of new Set(folds)) {
    const inside = folds.flatMap((own, row) => (own === fold ? [row] : []));
    const outside = folds.flatMap((own, row) => (own === fold ? [] : [row]));
    fitFold(products, rows, inside, outside, penalty, parts);
  }
  return { rows, parts };
}

function fitFold(
  products: Float64Array,
  rows: number,
  inside: readonly number[],
  outside: readonly number[],
  penalty: number,
  parts: Float64Array,
): void {
  const fitted = outside.length;
  // Centring by the fitted rows, done on the products.
  const means = Float64Array.from({ length: rows }, (_, i) => {
    let sum = 0;
    for (const j of outside) sum += products[i * rows + j] as number;
    return sum / fitted;
  });
  const mean = outside.reduce((sum, j) => sum + (means[j] as number), 0) / fitted;
  const centred = (i: number, j: number): number =>
    (products[i * rows + j] as number) - (means[i] as number) - (means[j] as number) + mean;
  const trace = outside.reduce((sum, j) => sum + centred(j, j), 0);
  const ridge = Math.max((penalty * trace) / fitted, Number.MIN_VALUE);
  const kernel = new Float64Array(fitted * fitted);
  outside.forEach((i, a) => {
    for (let b = 0; b <= a; b++) kernel[a * fitted + b] = centred(i, outside[b] as number);
    kernel[a * fitted + a] = (kernel[a * fitted + a] as number) + ridge;
  });
  factorise(kernel, fitted);
  for (const i of inside) {
    const weights = Float64Array.from(outside, (j) => centred(i, j));
    solve(kernel, fitted, weights);
    outside.forEach((j, a) => {
      parts[j * rows + i] = weights[a] as number;
    });
  }
}

/** Cholesky in place: the lower triangle becomes the factor. */
function factorise(a: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    const row = a.subarray(i * size, (i + 1) * size);
    for (let j = 0; j <= i; j++) {
      const other = a.subarray(j * size, (j + 1) * size);
      let sum = row[j] as number;
      for (let k = 0; k < j; k++) sum -= (row[k] as number) * (other[k] as number);
      // The penalty keeps the diagonal positive but for rounding.
      row[j] = i === j ? Math.sqrt(Math.max(sum, 1e-300)) : sum / (other[j] as number);
    }
  }
}

/** Solves `L Lᵀ x = b` in place. */
function solve(factor: Float64Array, size: number, x: Float64Array): void {
  for (let i = 0; i < size; i++) {
    const row = factor.subarray(i * size, i * size + i);
    let sum = x[i] as number;
    for (let k = 0; k < i; k++) sum -= (row[k] as number) * (x[k] as number);
    x[i] = sum / (factor[i * size + i] as number);
  }
  for (let i = size - 1; i >= 0; i--) {
    const value = (x[i] as number) / (factor[i * size + i] as number);
    x[i] = value;
    const row = factor.subarray(i * size, i * size + i);
    for (let k = 0; k < i; k++) x[k] = (x[k] as number) - value * (row[k] as number);
  }
}

/** @param second whether each row belongs to the second sample @returns higher where a row looks like that sample */
export function scoresOf({ rows, parts }: CrossFitted, second: readonly boolean[]): Float64Array {
  const scores = new Float64Array(rows);
  for (let j = 0; j < rows; j++) {
    if (second[j] !== true) continue;
    const own = j * rows;
    for (let i = 0; i < rows; i++) scores[i] = (scores[i] as number) + (parts[own + i] as number);
  }
  return scores;
}

/** The AUC of scores, ties counted half; like `rocAuc`, for thousands of permutations. */
export function aucOf(scores: Float64Array, second: readonly boolean[]): number {
  const high = sortedWhere(scores, second, true);
  const low = sortedWhere(scores, second, false);
  let [below, upTo, wins] = [0, 0, 0];
  for (const score of high) {
    while (below < low.length && (low[below] as number) < score) below++;
    upTo = Math.max(upTo, below);
    while (upTo < low.length && (low[upTo] as number) === score) upTo++;
    wins += below + (upTo - below) / 2;
  }
  return wins / (high.length * low.length);
}

function sortedWhere(scores: Float64Array, second: readonly boolean[], isSecond: boolean): Float64Array {
  const own = new Float64Array(scores.length);
  let count = 0;
  for (let i = 0; i < scores.length; i++)
    if ((second[i] === true) === isSecond) own[count++] = scores[i] as number;
  return own.subarray(0, count).sort();
}
