/** A figure over folds whose training images overlap: mean, deviation, and an interval that knows it. */
import type { FoldFigure } from "../../spec/records/folds.js";
import { Z95 } from "../evaluation/metrics.js";

/**
 * 97.5 % quantiles of Student's t with 1 to 19 degrees of freedom, for two-sided 95 % intervals; a run has at most 20
 * folds. Values of `scipy.stats.t.ppf(0.975, ν)`, compared with it in `test/fixtures/generators/evaluation/folds.py`.
 */
const T975 = [
  12.706204736174694, 4.302652729749462, 3.1824463052837078, 2.7764451051977934, 2.5705818356363146,
  2.4469118511449786, 2.364624251592784, 2.306004135204166, 2.262157162798205, 2.228138851986274,
  2.200985160091639, 2.1788128296672284, 2.1603686564627913, 2.144786687917804, 2.131449545559776,
  2.1199052992212546, 2.1098155778333156, 2.1009220402410382, 2.0930240544083087,
] as const;

/**
 * The corrected resampled t interval of Nadeau & Bengio ("Inference for the generalization error", Machine Learning
 * 52, 2003): mean ± t(0.975, k − 1) · √((1/k + n₂/n₁) · S²), with S² the sample variance of the k values, n₂ held-out
 * images and n₁ others a fold. The plain t interval (without n₂/n₁) takes the folds as independent, and is too narrow
 * because any two of them share most of their training images. Of k folds n₂/n₁ is 1/(k − 1). The correction was
 * derived for random subsampling; for k folds it is the usual heuristic (Bouckaert & Frank, PAKDD 2004).
 * @param values one a fold, 2 to 20 of them
 * @param range that the figure cannot leave
 */
export function overFolds(
  values: readonly number[],
  range: readonly [low: number, high: number],
): Omit<FoldFigure, "pooled"> {
  const k = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / k;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (k - 1);
  const half = (T975[k - 2] ?? Number.NaN) * Math.sqrt((1 / k + 1 / (k - 1)) * variance);
  return {
    mean,
    deviation: Math.sqrt(variance),
    interval: [Math.max(range[0], mean - half), Math.min(range[1], mean + half)],
  };
}

/**
 * 95 % interval of the difference of two accuracies on the same images: half an image is added to each of the four
 * cells (Agresti & Min, "Simple improved confidence intervals for comparing matched proportions", Statistics in
 * Medicine 24, 2005), so it has a width where the two agree on every image.
 * @param better images that only the one model gets right, `worse` only the other, of `images`
 */
export function pairedInterval(better: number, worse: number, images: number): readonly [number, number] {
  const all = images + 2;
  const difference = (better - worse) / all;
  const half = (Z95 * Math.sqrt(better + worse + 1 - (better - worse) ** 2 / all)) / all;
  return [Math.max(-1, difference - half), Math.min(1, difference + half)];
}

/** Of two intervals the wider one. */
export function wider(a: readonly [number, number], b: readonly [number, number]): readonly [number, number] {
  return a[1] - a[0] >= b[1] - b[0] ? a : b;
}
