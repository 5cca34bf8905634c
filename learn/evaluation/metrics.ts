/** Classification metrics from labels and probabilities. */
import type { ClassMetrics, Evaluation } from "../../spec/records/evaluation.js";

/** 97.5 % quantile of the standard normal distribution, for two-sided 95 % intervals. */
export const Z95 = 1.959963984540054;

/**
 * Wilson score interval for a proportion (Wilson, JASA 1927), without continuity correction.
 * @param successes of `trials`
 * @param z quantile of the standard normal distribution; by default that of 95 %
 */
export function wilsonInterval(successes: number, trials: number, z = Z95): readonly [number, number] {
  if (trials === 0) return [0, 1];
  const p = successes / trials;
  const z2 = z ** 2;
  const centre = (p + z2 / (2 * trials)) / (1 + z2 / trials);
  const half = (z / (1 + z2 / trials)) * Math.sqrt((p * (1 - p)) / trials + z2 / (4 * trials ** 2));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

/** `confusion[actual][predicted]`. */
export function confusionMatrix(
  labels: readonly number[],
  predicted: readonly number[],
  classes: number,
): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  labels.forEach((label, i) => {
    const row = matrix[label];
    const column = predicted[i];
    if (row !== undefined && column !== undefined) row[column] = (row[column] ?? 0) + 1;
  });
  return matrix;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** Precision, recall and F1 of each class; 0 where undefined, as scikit-learn does with `zero_division=0`. */
export function perClassMetrics(
  confusion: readonly (readonly number[])[],
  names: readonly string[],
): ClassMetrics[] {
  return names.map((name, c) => {
    const hits = confusion[c]?.[c] ?? 0;
    const support = sum(confusion[c] ?? []);
    const precision = ratio(hits, sum(confusion.map((row) => row[c] ?? 0)));
    const recall = ratio(hits, support);
    return { name, precision, recall, f1: ratio(2 * precision * recall, precision + recall), support };
  });
}

/**
 * Everything of an {@link Evaluation} that follows from the confusion matrix, as scikit-learn has it: balanced accuracy
 * over the classes that have images, macro F1 over those that have images or are predicted (`f1_score` without
 * `labels`), so that one that is predicted but never true counts as 0.
 */
export function summarizeConfusion(
  confusion: readonly (readonly number[])[],
  names: readonly string[],
): Pick<Evaluation, "accuracy" | "accuracyInterval" | "balancedAccuracy" | "macroF1" | "perClass"> {
  const images = sum(confusion.map(sum));
  const correct = sum(confusion.map((row, c) => row[c] ?? 0));
  const perClass = perClassMetrics(confusion, names);
  const present = perClass.filter(({ support }) => support > 0);
  const named = perClass.filter(
    ({ support }, c) => support > 0 || confusion.some((row) => (row[c] ?? 0) > 0),
  );
  return {
    accuracy: ratio(correct, images),
    accuracyInterval: wilsonInterval(correct, images),
    balancedAccuracy: ratio(sum(present.map((metrics) => metrics.recall)), present.length),
    macroF1: ratio(sum(named.map((metrics) => metrics.f1)), named.length),
    perClass,
  };
}
