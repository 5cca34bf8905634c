/** Two shares compared: the interval of their difference. */
import { wilsonInterval, Z95 } from "./metrics.js";

export interface Share {
  readonly successes: number;
  readonly trials: number;
}

/**
 * Interval of the difference `first − second` of two independent shares: Newcombe's hybrid of their Wilson intervals
 * ("Interval estimation for the difference between independent proportions", Statistics in Medicine 1998, method 10).
 * Unlike the usual interval it holds for few trials and for shares near 0 and 1.
 * @param z quantile of the standard normal distribution; by default that of 95 %
 */
export function differenceInterval(first: Share, second: Share, z = Z95): readonly [number, number] {
  const [p1, p2] = [first.successes / first.trials, second.successes / second.trials];
  const [low1, high1] = wilsonInterval(first.successes, first.trials, z);
  const [low2, high2] = wilsonInterval(second.successes, second.trials, z);
  return [p1 - p2 - Math.hypot(p1 - low1, high2 - p2), p1 - p2 + Math.hypot(high1 - p1, p2 - low2)];
}
