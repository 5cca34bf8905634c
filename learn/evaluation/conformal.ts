/** Split-conformal prediction: sets of classes that hold the true one with a promised probability. */

/**
 * The quantile of the calibration scores `1 − probability of the true class`: the `ceil((n + 1) · coverage)`-th
 * smallest, which promises the coverage on images drawn alike (Sadinle, Lei & Wasserman, JASA 2019; Angelopoulos
 * & Bates, "A Gentle Introduction to Conformal Prediction", 2021).
 * @param probabilities `[labels.length, classes]`, row-major
 * @param coverage in (0, 1)
 * @returns undefined when there are fewer than {@link leastImages}: then only all classes would do
 */
export function conformalQuantile(
  probabilities: ArrayLike<number>,
  labels: readonly number[],
  classes: number,
  coverage: number,
): number | undefined {
  const scores = labels
    .map((label, row) => 1 - (probabilities[row * classes + label] ?? 0))
    .sort((a, b) => a - b);
  return scores[rankOf(labels.length, coverage) - 1];
}

/** The fewest calibration images that can promise the coverage: 9 for 90 %. */
export function leastImages(coverage: number): number {
  let images = 1;
  while (rankOf(images, coverage) > images) images++;
  return images;
}

/** `(n + 1) · 0.9` may be a hair above a whole number in binary; the ceiling must not take the next one. */
function rankOf(images: number, coverage: number): number {
  return Math.ceil((images + 1) * coverage - 1e-9);
}

/**
 * Classes whose score is within the quantile, in their order. It is empty for an image on which no class is as
 * probable as the quantile asks; without a quantile it is every class.
 * @param probabilities of one image's classes
 */
export function conformalSet(probabilities: ArrayLike<number>, quantile: number | undefined): number[] {
  return Array.from(probabilities).flatMap((probability, label) =>
    quantile === undefined || 1 - probability <= quantile ? [label] : [],
  );
}

/**
 * Probability that so few test images or fewer have their class in the set although the promise holds. Given the
 * calibration images, the share that is covered is itself drawn from Beta(k, n + 1 − k) with `k = ceil((n + 1) ·
 * coverage)`, so the number of covered test images is beta-binomial (Angelopoulos & Bates, section 3.2 and appendix C):
 * a plain binomial test would blame the test images for the chance in drawing the calibration images.
 * @param covered of `images` test images
 * @param calibrationImages at least {@link leastImages}
 */
export function chanceOfCoverage(
  covered: number,
  images: number,
  calibrationImages: number,
  coverage: number,
): number {
  const a = rankOf(calibrationImages, coverage);
  const b = calibrationImages + 1 - a;
  // P(0) = Π (b + i) / (a + b + i), and P(k + 1) / P(k) in closed form; logarithms, for P(0) may be below any number.
  let log = 0;
  for (let i = 0; i < images; i++) log += Math.log((b + i) / (a + b + i));
  let probability = 0;
  for (let k = 0; k <= covered; k++) {
    probability += Math.exp(log);
    log += Math.log(((images - k) * (a + k)) / ((k + 1) * (b + images - k - 1)));
  }
  return Math.min(1, probability);
}
