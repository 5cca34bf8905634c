/** LogME: log maximum evidence of a linear model on the features (You et al., ICML 2021). */
import { dot, gram, type Matrix } from "./matrix.js";
import { spectrum } from "./spectrum.js";

/** The fixed point is reached in three to five steps; the published code stops after eleven. */
const STEPS = 11;
const TOLERANCE = 1e-3;
/** Of the published code: keeps both precisions finite when a class is fitted exactly. */
const EPSILON = 1e-5;

/**
 * Log evidence a sample, averaged over the classes' one-against-all columns. Higher is better; only figures on
 * the same images can be compared. The evidence is exact for fewer images than features, too, where the
 * published code leaves out the directions without variance.
 * @param features `[images, features]`
 */
export function logMe(features: Matrix, labels: readonly number[], classes: number): number {
  const columns = Array.from({ length: classes }, (_, c) =>
    Float64Array.from(labels, (label) => (label === c ? 1 : 0)),
  ).filter((column) => column.some((value) => value > 0));
  const { values, projections } = spectrum(gram(features), columns);
  const rank = Math.min(features.rows, features.columns);
  // In the images' space the Gram matrix has more eigenvalues than the features have directions; those are 0.
  const order = Array.from(values.keys()).sort((a, b) => (values[b] as number) - (values[a] as number));
  const kept = order.slice(0, rank);
  const sigma = kept.map((i) => Math.max(0, values[i] as number));
  const evidence = columns.map((column, k) => {
    const squared = kept.map((i) => ((projections[k] as Float64Array)[i] as number) ** 2);
    return evidenceOf(sigma, squared, dot(column, column), features.rows);
  });
  return evidence.reduce((sum, value) => sum + value, 0) / evidence.length;
}

const sumOver = (values: readonly number[], term: (value: number, i: number) => number): number =>
  values.reduce((sum, value, i) => sum + term(value, i), 0);

/**
 * @param sigma squared singular values of the features
 * @param squared squared coordinates of the targets along the left singular vectors
 * @param total squared length of the targets
 */
function evidenceOf(sigma: readonly number[], squared: readonly number[], total: number, n: number): number {
  const outside = Math.max(0, total - sumOver(squared, (value) => value));
  const x2 = (i: number): number => squared[i] as number;
  let alpha = 1;
  let beta = 1;
  let evidence = 0;
  for (let step = 0; step < STEPS; step++) {
    const t = alpha / beta;
    const gamma = sumOver(sigma, (s) => s / (s + t));
    const weights = sumOver(sigma, (s, i) => (s * x2(i)) / (s + t) ** 2);
    const residual = outside + sumOver(sigma, (s, i) => x2(i) / (1 + s / t) ** 2);
    alpha = gamma / (weights + EPSILON);
    beta = (n - gamma) / (residual + EPSILON);
    evidence =
      sumOver(sigma, (s) => Math.log(alpha) - Math.log(alpha + beta * s)) / 2 +
      (n / 2) * Math.log(beta / (2 * Math.PI)) -
      (beta * residual + alpha * weights) / 2;
    if (Math.abs(alpha / beta - t) / t <= TOLERANCE) break;
  }
  return evidence / n;
}
