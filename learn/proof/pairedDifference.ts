/** How much more often one of two classifiers is right on the same images: an interval that holds for few of them. */

/** Answers of two classifiers to the same images. */
export interface PairedCounts {
  readonly images: number;
  /** Images that only the challenger, and that only the champion gets right. */
  readonly onlyChallenger: number;
  readonly onlyChampion: number;
}

/** Halvings of an interval of length 2: below the resolution of a double. */
const STEPS = 60;

/**
 * Score interval of the difference of two paired shares, challenger − champion (Tango, "Equivalence test and confidence
 * interval for the difference in proportions for the paired-sample design", Statistics in Medicine 1998): the differences
 * that a score test at that z does not refute. Unlike the usual interval it is no point where the two never differ.
 * @param images at least 1
 * @param z quantile of the standard normal distribution, above 0
 * @returns within [−1, 1]
 */
export function pairedDifference(
  { images, onlyChallenger, onlyChampion }: PairedCounts,
  z: number,
): readonly [number, number] {
  const observed = (onlyChallenger - onlyChampion) / images;
  const statistic = (difference: number): number => score(images, onlyChallenger, onlyChampion, difference);
  // The statistic falls as the difference that is tested rises.
  const lower = crossing(-1, observed, (difference) => statistic(difference) > z);
  const upper = crossing(observed, 1, (difference) => statistic(difference) >= -z);
  return [lower, upper];
}

/** Where `holds`, true at first, becomes false. */
function crossing(from: number, to: number, holds: (value: number) => boolean): number {
  let [low, high] = [from, to];
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Tango's statistic: the deviation from the difference that is tested, in standard errors under it. */
function score(n: number, gained: number, lost: number, difference: number): number {
  const deviation = gained - lost - n * difference;
  // The likeliest share of images that only the champion gets right, given the difference: a root of a x² + b x + c.
  const a = 2 * n;
  const b = -gained - lost + (2 * n - gained + lost) * difference;
  const c = -lost * difference * (1 - difference);
  const share = (Math.sqrt(Math.max(0, b * b - 4 * a * c)) - b) / (2 * a);
  const variance = n * (2 * share + difference * (1 - difference));
  if (variance <= 0) return deviation === 0 ? 0 : deviation * Number.POSITIVE_INFINITY;
  return deviation / Math.sqrt(variance);
}
