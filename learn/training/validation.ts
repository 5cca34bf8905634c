/** Cross-entropy and accuracy of logits against labels, on the host. */

import type { ValidationResult } from "./fit.js";
import { lossOf, softmaxRows } from "./loss.js";

/** @param logits `[labels.length, classes]`, row-major */
export function crossEntropyAndAccuracy(
  logits: Float32Array,
  labels: readonly number[],
  classes: number,
): ValidationResult {
  const probabilities = softmaxRows(logits, classes);
  let loss = 0;
  const correct = labels.map((label, row) => {
    const start = row * classes;
    loss += lossOf(probabilities[start + label]);
    return argMax(probabilities, start, classes) === label;
  });
  const hits = correct.filter(Boolean).length;
  return { loss: loss / labels.length, accuracy: hits / labels.length, correct };
}

/** Position of the largest of `length` values from `start`, counted from `start`. The first wins a tie. */
export function argMax(values: ArrayLike<number>, start: number, length: number): number {
  let best = 0;
  for (let i = 1; i < length; i++) {
    if ((values[start + i] as number) > (values[start + best] as number)) best = i;
  }
  return best;
}
