/** Draws from the beta distribution. */
import type { RandomStream } from "./stream.js";

/**
 * One draw from Beta(α, α), in [0, 1], as `A / (A + B)` of two gamma variates; in logarithms, because for small α
 * both are smaller than any number.
 * @param stream used up: its numbers serve no other purpose
 * @param alpha above 0
 */
export function betaDraw(stream: RandomStream, alpha: number): number {
  let index = 0;
  const uniform = (): number => 1 - stream.uniform(index++);
  return 1 / (1 + Math.exp(-logGamma(uniform, alpha) + logGamma(uniform, alpha)));
}

/**
 * Logarithm of a gamma variate of that shape and scale 1: Marsaglia & Tsang, "A simple method for generating gamma
 * variables", ACM TOMS 26 (2000), with their step `G(α) = G(α + 1) · U^(1/α)` for every α, which spares a branch.
 * @param uniform in (0, 1]
 */
function logGamma(uniform: () => number, alpha: number): number {
  const d = alpha + 2 / 3;
  const c = 1 / Math.sqrt(9 * d);
  const boost = Math.log(uniform()) / alpha;
  for (;;) {
    // Box–Muller.
    const x = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    const v = (1 + c * x) ** 3;
    const accepted = uniform();
    if (v > 0 && Math.log(accepted) < x ** 2 / 2 + d - d * v + d * Math.log(v)) {
      return Math.log(d * v) + boost;
    }
  }
}
