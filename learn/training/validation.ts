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
  const losses = labels.map((label, row) => lossOf(probabilities[row * classes + label]));
  const correct = labels.map((label, row) => {
    return argMax(probabilities, row * classes, classes) === label;
  });
  // In the order of the images, so that the sum is the same to the last bit whoever asks for it.
  const loss = losses.reduce((sum, value) => sum + value, 0) / labels.length;
  const hits = correct.filter(Boolean).length;
  return { loss, losses, accuracy: hits / labels.length, correct };
}

/** Position of the largest of `length` values from `start`, counted from `start`. The first wins a tie. */
export function argMax(values: ArrayLike<number>, start: number, length: number): number {
  let best = 0;
  for (let i = 1; i < length; i++) {
    if ((values[start + i] as number) > (values[start + best] as number)) best = i;
  }
  return best;
}
