/** McNemar's exact test of two models on the same images. */

/** Images that became right, and images that became wrong. */
export function changedImages(
  before: readonly boolean[],
  after: readonly boolean[],
): { readonly better: number; readonly worse: number } {
  const became = (right: boolean): number =>
    after.filter((correct, image) => correct === right && before[image] !== right).length;
  return { better: became(true), worse: became(false) };
}

/**
 * Probability of at least `successes` heads in `trials` fair tosses: the one-sided exact form of McNemar's
 * test (Psychometrika 1947) on the images whose prediction changed sides.
 */
export function binomialTail(successes: number, trials: number): number {
  let probability = 0;
  let logOfTerm = -trials * Math.LN2;
  for (let k = 0; k <= trials; k++) {
    if (k >= successes) probability += Math.exp(logOfTerm);
    logOfTerm += Math.log((trials - k) / (k + 1));
  }
  return Math.min(1, probability);
}
