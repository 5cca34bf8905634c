/** Cross-entropy and accuracy of logits against labels, on the host. */

import type { ValidationResult } from "./fit.js";
import { softmaxRows } from "./loss.js";

/** A probability of zero would make the loss infinite; float32 cannot tell smaller ones apart anyway. */
const SMALLEST_PROBABILITY = 1e-12;

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
    loss -= Math.log(Math.max(probabilities[start + label] as number, SMALLEST_PROBABILITY));
    return argMax(probabilities, start, classes) === label;
  });
  const hits = correct.filter(Boolean).length;
  return { loss: loss / labels.length, accuracy: hits / labels.length, correct };
}

/** Position of the largest of `length` values from `start`, counted from `start`. The first wins a tie. */
export function argMax(values: Float32Array, start: number, length: number): number {
  let best = 0;
  for (let i = 1; i < length; i++) {
    if ((values[start + i] as number) > (values[start + best] as number)) best = i;
  }
  return best;
}
