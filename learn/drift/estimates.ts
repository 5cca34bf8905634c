/** Accuracy on images without labels, from how sure the model is, with the error that such estimates make. */
import { permutation, type RandomStream } from "../../rng/stream.js";
import type { AccuracyEstimate } from "../../spec/records/drift.js";

/** Images with labels: confidence in [0, 1] of the predicted class, and whether it is right. */
export interface Answered {
  readonly confidence: number;
  readonly isRight: boolean;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const accuracyOf = (images: readonly Answered[]): number =>
  mean(images.map(({ isRight }) => (isRight ? 1 : 0)));

const clamped = (share: number): number => Math.min(1, Math.max(0, share));

type Estimate = (known: readonly Answered[], confidences: readonly number[]) => number;

/**
 * Difference of confidences: accuracy falls as much as the mean confidence does (Guillory et al., "Predicting with
 * confidence on unseen distributions", ICCV 2021).
 */
export const byConfidence: Estimate = (known, confidences) =>
  clamped(accuracyOf(known) + mean(confidences) - mean(known.map(({ confidence }) => confidence)));

/**
 * Average thresholded confidence: above the threshold are as many of the known images as are right (Garg et al.,
 * "Leveraging unlabeled data to predict out-of-distribution performance", ICLR 2022). Confidences at the threshold
 * itself, where there are many ones, are taken off on both sides.
 */
export const byThreshold: Estimate = (known, confidences) => {
  const falling = known.map(({ confidence }) => confidence).sort((a, b) => b - a);
  const right = known.filter(({ isRight }) => isRight).length;
  const threshold = right === 0 ? Number.POSITIVE_INFINITY : (falling[right - 1] as number);
  const above = (values: readonly number[]): number =>
    mean(values.map((value) => (value >= threshold ? 1 : 0)));
  return clamped(accuracyOf(known) + above(confidences) - above(falling));
};

const METHODS = { confidence: byConfidence, threshold: byThreshold } as const;
/** Halvings of the held-out images: the 95 % quantile stands on 25. */
const HALVINGS = 500;
const QUANTILE = 0.95;

/**
 * @param known held-out images, independent of each other
 * @param confidences of the new ones
 * @param stream how the held-out images are halved; used up
 */
export function estimateAccuracy(
  known: readonly Answered[],
  confidences: readonly number[],
  stream: RandomStream,
): readonly AccuracyEstimate[] {
  const errors = { confidence: [] as number[], threshold: [] as number[] };
  const half = Math.floor(known.length / 2);
  const apart = Math.min(half, confidences.length);
  let drawn = 0;
  const next = { word: () => stream.word(drawn++), uniform: () => stream.uniform(drawn++) };
  for (let halving = 0; halving < HALVINGS; halving++) {
    const dealt = Array.from(permutation(known.length, next), (index) => known[index] as Answered);
    const [own, others] = [dealt.slice(half), dealt.slice(0, apart)];
    const truth = accuracyOf(others);
    const unlabelled = others.map(({ confidence }) => confidence);
    for (const method of ["confidence", "threshold"] as const)
      errors[method].push(Math.abs(METHODS[method](own, unlabelled) - truth));
  }
  return (["confidence", "threshold"] as const).map((method) => ({
    method,
    accuracy: METHODS[method](known, confidences),
    error: errors[method].sort((a, b) => a - b)[Math.ceil(QUANTILE * HALVINGS) - 1] as number,
  }));
}
