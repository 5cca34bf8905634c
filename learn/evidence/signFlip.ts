/** The one-sided sign-flip test: whether paired measurements fell, or chance put the signs there. */
import type { RandomStream } from "../../rng/stream.js";

/**
 * Patterns of signs that are drawn where there are too many to try all: SciPy's default. A p of 0.05 then has a
 * standard error of 0.002.
 */
const DRAWS = 9999;
/** Two sums of the same numbers in another order may differ so much; SciPy's tolerance is of that size. */
const TOLERANCE = 1e-13;

/**
 * Probability that the sum of the differences is as large or larger when each of them is as likely to have the other
 * sign (Fisher, "The design of experiments", 1935, section 21). Exact where all patterns of signs can be tried, up to 13
 * differences; else of {@link DRAWS} random patterns and the observed one, which is valid at every number of draws
 * (Phipson & Smyth, "Permutation p-values should never be zero", 2010). Nothing is assumed about tails: only that the
 * differences are independent, and without an effect symmetric about 0.
 * @param differences before − after, one an image; above 0 where it fell
 * @param stream random patterns of signs; used up
 * @returns in (0, 1]; 1 where nothing differs or a difference is no number
 */
export function signFlipTest(differences: readonly number[], stream: RandomStream): number {
  const observed = sumOf(differences);
  if (!Number.isFinite(observed)) return 1;
  const changed = differences.filter((difference) => difference !== 0);
  const least = observed - TOLERANCE * sumOf(changed.map(Math.abs));
  const patterns = 2 ** changed.length;
  if (patterns <= DRAWS) return patternsAbove(changed, least, 0, 0) / patterns;
  return (1 + drawsAbove(changed, least, stream)) / (1 + DRAWS);
}

/** Of all signs of the differences from `next` on, how many bring `sum` to `least`. */
function patternsAbove(differences: readonly number[], least: number, next: number, sum: number): number {
  const difference = differences[next];
  if (difference === undefined) return sum >= least ? 1 : 0;
  return (
    patternsAbove(differences, least, next + 1, sum + difference) +
    patternsAbove(differences, least, next + 1, sum - difference)
  );
}

function drawsAbove(differences: readonly number[], least: number, stream: RandomStream): number {
  const count = differences.length;
  // With either sign, side by side: half of all branches on random signs would be foreseen wrongly.
  const signed = Float64Array.from(differences.flatMap((difference) => [-difference, difference]));
  let word = 0;
  let above = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    let sum = 0;
    for (let start = 0; start < count; start += 32) {
      // A word has the signs of 32 differences.
      let signs = stream.word(word++);
      const end = Math.min(count, start + 32);
      for (let i = start; i < end; i++) {
        sum += signed[2 * i + (signs & 1)] as number;
        signs >>>= 1;
      }
    }
    if (sum >= least) above += 1;
  }
  return above;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
