/** How a linear probe's accuracy grows with the number of training images, and what more of them would buy. */
import { permutation, randomStream } from "../../rng/stream.js";
import type { LearningCurve, MoreImages } from "../../spec/records/learningCurve.js";
import { fitLogisticRegression } from "./logisticRegression.js";
import { type Matrix, row, takeRows } from "./matrix.js";
import { type CurvePoint, errorAt, fitPowerLaw } from "./powerLaw.js";

/** Shares of the images outside a fold, nested: every one is a part of the next. */
const SHARES = [1 / 16, 1 / 8, 1 / 4, 1 / 2];
/** A class of one image is no class: smaller parts are not measured. */
const FEWEST_A_CLASS = 2;
/** Three parameters and one point to prove them. */
const FEWEST_SIZES = 4;
/** Half a point of a percentile's position at 95 %. */
const RESAMPLES = 400;
const MULTIPLES = [2, 4] as const;
/** An expected gain below this many points, or an interval that has none, is called flat. */
const SMALLEST_GAIN = 0.01;

export interface CurveInput {
  /** `[images, features]` */
  readonly features: Matrix;
  readonly labels: readonly number[];
  /** The fold of each image, 0 to folds − 1; copies and groups in one fold. */
  readonly folds: readonly number[];
  readonly classes: number;
  readonly penalty: number;
  /** Out-of-fold probabilities of a probe that was fitted on all other folds, `[images, classes]`. */
  readonly whole: Matrix;
  /** Random draws of the parts for each fold. */
  readonly draws: number;
  /** All images that there are to train on; more than `labels` when only a part of them is measured. */
  readonly available: number;
  readonly seed: number;
  readonly onProgress: (done: number, total: number) => void;
}

/** What one draw of parts for one fold gave: wrong predictions at each size, of so many. */
interface Unit {
  readonly wrong: readonly number[];
  readonly images: number;
}

/**
 * For each fold and draw a stratified order of the images outside is drawn; the probe is fitted to the first 1/16, 1/8,
 * 1/4, 1/2 of it and measured on the fold. The uncertainty is a bootstrap over these draws: 2.5 to 97.5 %.
 * @returns undefined when the smallest class allows fewer than four sizes
 */
export function learningCurve(input: CurveInput): LearningCurve | undefined {
  const { labels, classes, seed, available } = input;
  const shares = measurableShares(input);
  if (shares.length + 1 < FEWEST_SIZES) return undefined;
  const units = measure(input, shares);
  const folds = new Set(input.folds).size;
  const outside = (labels.length * (folds - 1)) / folds;
  const images = [...shares, 1].map((share) => share * outside);
  const points = pointsOf(images, units);
  const now = (available * (folds - 1)) / folds;
  const law = fitPowerLaw(points);
  const resampled = Array.from({ length: RESAMPLES }, (_, sample) => {
    const stream = randomStream(seed, "learning curve: bootstrap", sample);
    return fitPowerLaw(
      pointsOf(
        images,
        units.map((_, i) => units[stream.word(i) % units.length] as Unit),
      ),
    );
  });
  const quantiles = (value: (some: typeof law) => number): readonly [number, number] => {
    const sorted = resampled.map(value).sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.round(share * (RESAMPLES - 1))] as number;
    return [at(0.025), at(0.975)];
  };
  const more = MULTIPLES.map((times): MoreImages => {
    const gain = (some: typeof law): number => errorAt(some, now) - errorAt(some, times * now);
    return {
      times,
      accuracy: 1 - errorAt(law, times * now),
      interval: quantiles((some) => 1 - errorAt(some, times * now)),
      gain: gain(law),
      gainInterval: quantiles(gain),
    };
  });
  const last = points.at(-1) as CurvePoint;
  const foretold = errorAt(fitPowerLaw(points.slice(0, -1)), last.images);
  return {
    draws: units.length,
    points: points.map(({ images, error }, i) => {
      return { images, accuracy: 1 - error, spread: spreadOf(units, i) };
    }),
    law,
    now: { images: now, accuracy: 1 - errorAt(law, now) },
    more,
    foretold: 1 - foretold,
    verdict: verdictOf(more, foretold - last.error, last.deviation, 1 - 1 / classes - last.error),
  };
}

function measurableShares({ labels, folds, classes }: CurveInput): number[] {
  const names = [...new Set(folds)];
  const fewest = Math.min(
    ...Array.from({ length: classes }, (_, label) =>
      Math.min(...names.map((fold) => labels.filter((l, i) => l === label && folds[i] !== fold).length)),
    ),
  );
  return SHARES.filter((share) => Math.round(share * fewest) >= FEWEST_A_CLASS);
}

function measure(input: CurveInput, shares: readonly number[]): Unit[] {
  const { features, labels, folds, classes, penalty, whole, draws, seed, onProgress } = input;
  const names = [...new Set(folds)].sort((a, b) => a - b);
  const wrongOf = (images: readonly number[], probabilities: Matrix, rowOf: (i: number) => number): number =>
    images.filter((image, i) => {
      const values = row(probabilities, rowOf(i));
      return values.indexOf(Math.max(...values)) !== labels[image];
    }).length;
  return names.flatMap((fold, position) => {
    const outside = labels.flatMap((_, image) => (folds[image] === fold ? [] : [image]));
    const inside = labels.flatMap((_, image) => (folds[image] === fold ? [image] : []));
    const held = takeRows(features, inside);
    const wrongWithAll = wrongOf(inside, whole, (i) => inside[i] as number);
    return Array.from({ length: draws }, (_, draw): Unit => {
      const parts = nestedParts(outside, labels, classes, shares, (label) =>
        randomStream(seed, "learning curve: parts", fold, draw, label),
      );
      const wrong = parts.map((part, done) => {
        const classify = fitLogisticRegression(
          takeRows(features, part),
          part.map((image) => labels[image] as number),
          classes,
          penalty,
        );
        onProgress((position * draws + draw) * shares.length + done, names.length * draws * shares.length);
        return wrongOf(inside, classify(held), (i) => i);
      });
      return { wrong: [...wrong, wrongWithAll], images: inside.length };
    });
  });
}

/** The first share of a random order of each class' images. */
function nestedParts(
  images: readonly number[],
  labels: readonly number[],
  classes: number,
  shares: readonly number[],
  streamOf: (label: number) => ReturnType<typeof randomStream>,
): number[][] {
  const byClass = Array.from({ length: classes }, (_, label) => {
    const own = images.filter((image) => labels[image] === label);
    return Array.from(permutation(own.length, streamOf(label)), (i) => own[i] as number);
  });
  return shares.map((share) => byClass.flatMap((own) => own.slice(0, Math.round(share * own.length))));
}

/** Binomial deviations with the rule of succession: an error of none or all has one, too. */
function pointsOf(images: readonly number[], units: readonly Unit[]): CurvePoint[] {
  const judged = units.reduce((sum, unit) => sum + unit.images, 0);
  return images.map((count, i) => {
    const wrong = units.reduce((sum, unit) => sum + (unit.wrong[i] as number), 0);
    const softened = (wrong + 1) / (judged + 2);
    return {
      images: count,
      error: wrong / judged,
      deviation: Math.sqrt((softened * (1 - softened)) / judged),
    };
  });
}

/** Standard deviation of the accuracy between draws. */
function spreadOf(units: readonly Unit[], i: number): number {
  const errors = units.map(({ wrong, images }) => (wrong[i] as number) / images);
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  return Math.sqrt(errors.reduce((sum, error) => sum + (error - mean) ** 2, 0) / (errors.length - 1));
}

/**
 * @param missed by how much the smaller sizes' law misses the error with all images, and that error's deviation
 * @param above how much better than guessing the probe is with all images
 */
function verdictOf(
  more: readonly MoreImages[],
  missed: number,
  deviation: number,
  above: number,
): LearningCurve["verdict"] {
  const most = more.at(-1) as MoreImages;
  // Three deviations, and never less than the smallest gain that would be called one.
  if (Math.abs(missed) > Math.max(3 * deviation, SMALLEST_GAIN) || above <= 3 * deviation) return "uncertain";
  if (most.gainInterval[1] - most.gainInterval[0] > Math.max(2 * most.gain, 2 * SMALLEST_GAIN))
    return "uncertain";
  return most.gain < SMALLEST_GAIN ? "flat" : "rising";
}
