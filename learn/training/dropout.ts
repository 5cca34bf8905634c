/** Dropout masks that are a function of where training stands, not of a generator's state. */
import { randomStream } from "../../rng/stream.js";

/**
 * Inverted dropout (Srivastava et al., JMLR 2014): each value is 0 with probability `rate`, else
 * `1 / (1 − rate)`.
 * @param rate in [0, 1)
 */
export function dropoutMask(
  length: number,
  rate: number,
  seed: number,
  stage: number,
  epoch: number,
  step: number,
): Float32Array {
  const stream = randomStream(seed, "dropout", stage, epoch, step);
  const kept = 1 / (1 - rate);
  return Float32Array.from({ length }, (_, i) => (stream.uniform(i) < rate ? 0 : kept));
}
