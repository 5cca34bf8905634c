/** Dropout masks that are a function of where training stands, not of a generator's state. */
import { randomStream } from "../../../rng/stream.js";

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
  const mask = new Float32Array(length).fill(1 / (1 - rate));
  if (rate === 0) return mask;
  // Drawn at every step, tens of thousands at a time: a plain loop takes a third of the time of a mapping.
  for (let i = 0; i < length; i++) if (stream.uniform(i) < rate) mask[i] = 0;
  return mask;
}
