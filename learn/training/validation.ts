/** Cross-entropy and accuracy of logits against labels, on the host. */

import { atTemperature, fitTemperature } from "../evaluation/temperature.js";
import { lossOf, softmaxRows } from "./step/loss.js";
import type { ValidationResult } from "./trainee.js";

/** @param logits `[labels.length, classes]`, row-major */
export function crossEntropyAndAccuracy(
  logits: Float32Array,
  labels: readonly number[],
  classes: number,
): ValidationResult {
  const probabilities = softmaxRows(logits, classes);
  const correct = labels.map((label, row) => {
    return argMax(probabilities, row * classes, classes) === label;
  });
  const losses = lossesOf(probabilities, labels, classes);
  // In the order of the images, so that the sum is the same to the last bit whoever asks for it.
  const loss = losses.reduce((sum, value) => sum + value, 0) / labels.length;
  const hits = correct.filter(Boolean).length;
  const calibratedLosses = (): number[] => {
    const scaled = atTemperature(logits, fitTemperature(logits, labels, classes));
    return lossesOf(softmaxRows(scaled, classes), labels, classes);
  };
  return { loss, accuracy: hits / labels.length, correct, calibratedLosses };
}

/** @param probabilities `[labels.length, classes]`, row-major */
function lossesOf(probabilities: Float32Array, labels: readonly number[], classes: number): number[] {
  return labels.map((label, row) => lossOf(probabilities[row * classes + label]));
}

/** Position of the largest of `length` values from `start`, counted from `start`. The first wins a tie. */
export function argMax(values: ArrayLike<number>, start: number, length: number): number {
  let best = 0;
  for (let i = 1; i < length; i++) {
    if ((values[start + i] as number) > (values[start + best] as number)) best = i;
  }
  return best;
}
