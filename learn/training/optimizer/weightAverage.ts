/** Exponential moving average of the weights under training (Polyak & Juditsky, 1992). */

/** All of its state; part of a checkpoint. */
export interface WeightAverage {
  readonly values: Float32Array;
  /** Updates made so far. */
  updates: number;
}

/** @param weights where training starts; copied */
export function startAverage(weights: Float32Array): WeightAverage {
  return { values: weights.slice(), updates: 0 };
}

/**
 * Moves the average towards the weights, in place. Early on the decay is `(1 + n) / (10 + n)` after `n`
 * updates, as in TensorFlow's `ExponentialMovingAverage`: else the start would weigh for hundreds of steps.
 * @param decay share of the average that an update keeps, in [0, 1)
 */
export function updateAverage(average: WeightAverage, weights: Float32Array, decay: number): void {
  const n = average.updates;
  const keep = Math.min(decay, (1 + n) / (10 + n));
  const { values } = average;
  for (let i = 0; i < values.length; i++) {
    values[i] = keep * (values[i] as number) + (1 - keep) * (weights[i] as number);
  }
  average.updates = n + 1;
}
