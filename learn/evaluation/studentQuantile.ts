/** Quantiles of Student's t distribution. */
import { normalQuantile } from "../proof/normalQuantile.js";

/**
 * The t that a t-distributed number exceeds in absolute value with the probability: six digits and more (Hill,
 * "Algorithm 396: Student's t-quantiles", Communications of the ACM 13, 1970).
 * @param probability of both tails together, in (0, 1)
 * @param freedom degrees of freedom, 1 or more
 */
export function studentQuantile(probability: number, freedom: number): number {
  if (freedom === 1) return 1 / Math.tan((probability * Math.PI) / 2);
  if (freedom === 2) return Math.sqrt(2 / (probability * (2 - probability)) - 2);
  const a = 1 / (freedom - 0.5);
  const b = 48 / (a * a);
  let c = (((20700 * a) / b - 98) * a - 16) * a + 96.36;
  const d = ((94.5 / (b + c) - 3) / b + 1) * Math.sqrt((a * Math.PI) / 2) * freedom;
  let y = (d * probability) ** (2 / freedom);
  if (y <= 0.05 + a) {
    const inner = 1 / (((freedom + 6) / (freedom * y) - 0.089 * d - 0.822) * (freedom + 2) * 3);
    y = ((inner + 0.5 / (freedom + 4)) * y - 1) * ((freedom + 1) / (freedom + 2)) + 1 / y;
    return Math.sqrt(freedom * y);
  }
  const x = normalQuantile(probability / 2);
  y = x * x;
  if (freedom < 5) c += 0.3 * (freedom - 4.5) * (x + 0.6);
  c += (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b;
  y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x;
  return Math.sqrt(freedom * Math.expm1(a * y * y));
}
