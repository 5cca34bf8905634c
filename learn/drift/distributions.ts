/** Exact tests of two samples of numbers, and of two shares. */

/** Largest distance of the empirical distribution functions (Kolmogorov–Smirnov), in [0, 1]. */
export function distributionDistance(first: readonly number[], second: readonly number[]): number {
  const [a, b] = [Float64Array.from(first).sort(), Float64Array.from(second).sort()];
  let [i, j, most] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] as number, b[j] as number);
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    most = Math.max(most, Math.abs(i / a.length - j / b.length));
  }
  return most;
}

/** A difference of two fractions that is rounding. */
const ROUNDING = 1e-12;

/**
 * Probability that the two-sided distance is at least so large where both samples are from one continuous distribution:
 * exact, by counting the orders in which they can lie (Hodges, "The significance probability of the Smirnov two-sample
 * test", Ark. Mat. 1958). Ties make it too large, never too small. Accurate to 1e-15.
 */
export function distanceP(distance: number, first: number, second: number): number {
  const isInside = (i: number, j: number): boolean => Math.abs(i / first - j / second) < distance - ROUNDING;
  if (!isInside(0, 0)) return 1;
  // Probability to come to (i, j) without having been outside, drawing one after the other without putting back.
  let row = new Float64Array(second + 1);
  for (let i = 0; i <= first; i++) {
    const next = new Float64Array(second + 1);
    for (let j = 0; j <= second; j++) {
      if (!isInside(i, j)) continue;
      const left = first + second - i - j + 1;
      const fromFirst = i === 0 ? 0 : ((row[j] as number) * (first - i + 1)) / left;
      const fromSecond = j === 0 ? 0 : ((next[j - 1] as number) * (second - j + 1)) / left;
      next[j] = i === 0 && j === 0 ? 1 : fromFirst + fromSecond;
    }
    row = next;
  }
  return Math.min(1, Math.max(0, 1 - (row[second] as number)));
}

/** Tables that are as improbable as the observed one but for rounding count with it; as in SciPy and R. */
const AS_IMPROBABLE = 1 + 1e-7;

/**
 * Fisher's exact test of two shares, two-sided: the probability of all tables with the same margins that are at most as
 * probable.
 */
export function sharesP(hits1: number, trials1: number, hits2: number, trials2: number): number {
  const [hits, trials] = [hits1 + hits2, trials1 + trials2];
  const logs = logFactorials(trials);
  const choose = (n: number, k: number): number =>
    (logs[n] as number) - (logs[k] as number) - (logs[n - k] as number);
  const probability = (k: number): number =>
    Math.exp(choose(trials1, k) + choose(trials2, hits - k) - choose(trials, hits));
  const limit = probability(hits1) * AS_IMPROBABLE;
  let sum = 0;
  for (let k = Math.max(0, hits - trials2); k <= Math.min(hits, trials1); k++) {
    const own = probability(k);
    if (own <= limit) sum += own;
  }
  return Math.min(1, sum);
}

function logFactorials(most: number): Float64Array {
  const logs = new Float64Array(most + 1);
  for (let n = 1; n <= most; n++) logs[n] = (logs[n - 1] as number) + Math.log(n);
  return logs;
}

/** Pearson's statistic of the table `[2, kinds]`: how often each side has each kind. */
export function chiSquare(kinds: readonly number[], second: readonly boolean[], count: number): number {
  const [a, b] = [new Float64Array(count), new Float64Array(count)];
  kinds.forEach((kind, row) => {
    const own = second[row] === true ? b : a;
    own[kind] = (own[kind] as number) + 1;
  });
  const [sizeA, sizeB] = [a, b].map((own) => own.reduce((sum, n) => sum + n, 0)) as [number, number];
  let statistic = 0;
  for (let kind = 0; kind < count; kind++) {
    const both = (a[kind] as number) + (b[kind] as number);
    if (both === 0) continue;
    for (const [own, size] of [
      [a, sizeA],
      [b, sizeB],
    ] as const) {
      const expected = (both * size) / (sizeA + sizeB);
      statistic += ((own[kind] as number) - expected) ** 2 / expected;
    }
  }
  return statistic;
}
