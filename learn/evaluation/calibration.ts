/** How far probabilities can be trusted: reliability by bins of confidence, calibration error, Brier score. */
import type { Calibration, ReliabilityBin } from "../../spec/records/evaluation.js";
import { lossOf } from "../training/step/loss.js";
import { argMax } from "../training/validation.js";

/** Equal-width bins of confidence, as in Guo et al., "On Calibration of Modern Neural Networks" (ICML 2017). */
const BINS = 15;

/** @param probabilities `[labels.length, classes]`, row-major; rows sum to 1 */
export function calibrationOf(
  probabilities: ArrayLike<number>,
  labels: readonly number[],
  classes: number,
): Calibration {
  const bins = reliabilityBins(probabilities, labels, classes);
  return {
    loss: meanOf(labels, (label, row) => lossOf(probabilities[row * classes + label])),
    ece: expectedCalibrationError(bins),
    brier: brierScore(probabilities, labels, classes),
    bins,
  };
}

/**
 * Images by the confidence of their prediction, in 15 bins `(from, to]` of equal width over (0, 1].
 * @param probabilities `[labels.length, classes]`, row-major
 * @returns every bin; confidence and accuracy are 0 in those without images
 */
export function reliabilityBins(
  probabilities: ArrayLike<number>,
  labels: readonly number[],
  classes: number,
): ReliabilityBin[] {
  const sums = Array.from({ length: BINS }, () => ({ images: 0, confidence: 0, correct: 0 }));
  labels.forEach((label, row) => {
    const predicted = argMax(probabilities, row * classes, classes);
    const confidence = probabilities[row * classes + predicted] ?? 0;
    const bin = sums[Math.min(BINS, Math.max(1, Math.ceil(confidence * BINS))) - 1];
    if (bin === undefined) return;
    bin.images++;
    bin.confidence += confidence;
    if (predicted === label) bin.correct++;
  });
  return sums.map(({ images, confidence, correct }, index) => ({
    from: index / BINS,
    to: (index + 1) / BINS,
    images,
    confidence: images === 0 ? 0 : confidence / images,
    accuracy: images === 0 ? 0 : correct / images,
  }));
}

/** Mean distance of confidence and accuracy over the bins, weighted by their images (Guo et al., equation 5). */
export function expectedCalibrationError(bins: readonly ReliabilityBin[]): number {
  const images = bins.reduce((total, bin) => total + bin.images, 0);
  const distance = bins.reduce(
    (total, bin) => total + bin.images * Math.abs(bin.confidence - bin.accuracy),
    0,
  );
  return images === 0 ? 0 : distance / images;
}

/**
 * Mean squared distance of the probabilities to the truth, summed over the classes (Brier, Monthly Weather
 * Review 1950): 0 is perfect, 2 is certain and wrong every time.
 */
export function brierScore(
  probabilities: ArrayLike<number>,
  labels: readonly number[],
  classes: number,
): number {
  return meanOf(labels, (label, row) => {
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      sum += ((probabilities[row * classes + c] ?? 0) - (c === label ? 1 : 0)) ** 2;
    }
    return sum;
  });
}

function meanOf(labels: readonly number[], value: (label: number, row: number) => number): number {
  return labels.reduce((total, label, row) => total + value(label, row), 0) / Math.max(1, labels.length);
}
