/** Whether new images look like the held-out ones, what differs, and whether it may hurt: all tests together. */
import { randomStream } from "../../rng/stream.js";
import type {
  ClassOutputs,
  DriftFindings,
  DriftKind,
  NewLooking,
  TwoSampleTest,
} from "../../spec/records/drift.js";
import { holm } from "../proof/holm.js";
import type { Matrix } from "../transferability/matrix.js";
import { aucOf, type CrossFitted, crossFit, scoresOf } from "./crossFitted.js";
import { nearestDistances } from "./distances.js";
import { chiSquare, distanceP, distributionDistance, sharesP } from "./distributions.js";
import { estimateAccuracy } from "./estimates.js";
import { consecutive, permutationP } from "./permuted.js";
import { differingProperties, median } from "./properties.js";
import { type HeldOutImage, predictedClass, type SeenImage } from "./sample.js";
import { sentenceOf } from "./sentence.js";

/** Of an alarm where nothing differs, over the three tests together (Holm). */
const LEVEL = 0.05;
/** Fewer images on a side say nothing: with 20 a classifier has to tell them apart nearly always to prove anything. */
const LEAST_IMAGES = 20;
/** Fewer held-out images do not say how far an estimate of accuracy is off: they are halved. */
const LEAST_FOR_ESTIMATES = 40;
/** Images that a classifier tells apart so well lie outside of what the held-out ones say anything about. */
const OUTSIDE_AUC = 0.9;
/** Images of either side that are compared: the fits grow with the cube. Two seconds of processor time. */
export const MOST_IMAGES = 500;
const FOLDS = 5;
/**
 * See {@link crossFit}. `bench/drift/alarms.ts penalties`, 30 sign digits a side, darker by 15 %: told in 25 of 30 splits
 * with 0.003 to 0.03, in 24 with 0.1, 22 with 0.3, 15 with 1.
 */
const PENALTY = 0.03;
const SHOWN = 12;

/**
 * @param heldOut images with labels that the model was not fitted to, at most {@link MOST_IMAGES}
 * @param fresh new images, at most as many
 * @param seed of the folds, permutations and halvings: the same images and seed give the same findings
 */
export function judgeDrift(
  heldOut: readonly HeldOutImage[],
  fresh: readonly SeenImage[],
  classes: readonly string[],
  seed: number,
): DriftFindings {
  const right = heldOut.filter((image) => predictedClass(image) === image.label).length;
  const accuracy = { heldOut: heldOut.length === 0 ? 0 : right / heldOut.length };
  if (Math.min(heldOut.length, fresh.length) < LEAST_IMAGES) {
    const unknown = `there are ${fresh.length} new and ${heldOut.length} held-out images to compare, fewer than ${LEAST_IMAGES}`;
    const few = { verdict: "cannot-say", kind: "none", level: LEVEL, properties: [], newest: [] } as const;
    return { ...few, sentence: `cannot say: ${unknown}`, accuracy: { ...accuracy, unknown } };
  }
  const images = [...heldOut, ...fresh];
  const isNew = images.map((_, row) => row >= heldOut.length);
  const predicted = images.map(predictedClass);
  const words = (purpose: string): (() => number) => consecutive(randomStream(seed, purpose));
  const { test, scores } = twoSampleTest(images, isNew, predicted, words);
  const chi = (second: readonly boolean[]): number => chiSquare(predicted, second, classes.length);
  const strata = images.map(() => 0);
  const sharesPValue = permutationP(chi, isNew, strata, words("drift of shares"));
  const outputs = comparedOutputs(heldOut, fresh, classes);
  const outputsP = Math.min(...outputs.map(({ pValue }) => pValue));
  const [pTest = 1, pShares = 1, pOutputs = 1] = holm([test.pValue, sharesPValue, outputsP]);
  const differs = Math.min(pTest, pShares, pOutputs) < LEVEL;
  const kind = differs ? kindOf(pShares < LEVEL, test.pWithinClasses < LEVEL) : "none";
  const estimates = estimatesOf(heldOut, fresh, test, seed);
  const hurts =
    differs &&
    estimates.known?.some(({ accuracy: estimate, error }) => estimate + error < accuracy.heldOut) === true;
  const distances = nearestDistances(heldOut, fresh);
  const findings: Omit<DriftFindings, "sentence"> = {
    verdict: hurts ? "may-hurt" : differs ? "different" : "same",
    kind,
    level: LEVEL,
    test,
    sharesPValue,
    outputs,
    accuracy: {
      ...accuracy,
      ...(estimates.known === undefined ? { unknown: estimates.unknown } : { estimates: estimates.known }),
    },
    properties: differingProperties(
      heldOut.map(({ looks }) => looks),
      fresh.map(({ looks }) => looks),
      LEVEL,
      words("drift of properties"),
    ),
    distance: median(distances),
    newest: differs ? newestLooking(fresh, scores.subarray(heldOut.length), distances, classes) : [],
  };
  return { ...findings, sentence: sentenceOf(findings, fresh.length, heldOut.length) };
}

function twoSampleTest(
  images: readonly SeenImage[],
  isNew: readonly boolean[],
  predicted: readonly number[],
  words: (purpose: string) => () => number,
): { readonly test: TwoSampleTest; readonly scores: Float64Array } {
  const fitted: CrossFitted = crossFit(
    matrixOf(images),
    foldsOf(images.length, words("drift folds")),
    PENALTY,
  );
  const auc = (second: readonly boolean[]): number => aucOf(scoresOf(fitted, second), second);
  const strata = images.map(() => 0);
  return {
    scores: scoresOf(fitted, isNew),
    test: {
      auc: auc(isNew),
      pValue: permutationP(auc, isNew, strata, words("drift of images")),
      pWithinClasses: permutationP(auc, isNew, predicted, words("drift within classes")),
    },
  };
}

function matrixOf(images: readonly SeenImage[]): Matrix {
  const columns = images[0]?.features.length ?? 0;
  const data = new Float64Array(images.length * columns);
  images.forEach(({ features }, row) => {
    data.set(features, row * columns);
  });
  return { rows: images.length, columns, data };
}

/** Drawn without a look at the membership, which permutations change. */
function foldsOf(rows: number, next: () => number): readonly number[] {
  const folds = Array.from({ length: rows }, (_, row) => row % FOLDS);
  for (let i = rows - 1; i > 0; i--) {
    const j = next() % (i + 1);
    [folds[i], folds[j]] = [folds[j] as number, folds[i] as number];
  }
  return folds;
}

function comparedOutputs(
  heldOut: readonly SeenImage[],
  fresh: readonly SeenImage[],
  classes: readonly string[],
): readonly ClassOutputs[] {
  const rows = classes.map((name, index) => {
    const ofClass = (images: readonly SeenImage[]): number[] =>
      images.map(({ probabilities }) => probabilities[index] as number);
    const count = (images: readonly SeenImage[]): number =>
      images.filter((image) => predictedClass(image) === index).length;
    const distance = distributionDistance(ofClass(heldOut), ofClass(fresh));
    const [before, now] = [count(heldOut), count(fresh)];
    return {
      name,
      distance,
      pValue: distanceP(distance, heldOut.length, fresh.length),
      heldOutShare: before / heldOut.length,
      newShare: now / fresh.length,
      sharePValue: sharesP(before, heldOut.length, now, fresh.length),
    };
  });
  const [outputs, shares] = [
    holm(rows.map(({ pValue }) => pValue)),
    holm(rows.map((row) => row.sharePValue)),
  ];
  return rows.map((row, index) => ({
    ...row,
    pValue: outputs[index] as number,
    sharePValue: shares[index] as number,
  }));
}

/** Other shares alone make the samples differ, too: the pictures do where they differ within the classes. */
function kindOf(shares: boolean, within: boolean): DriftKind {
  if (shares) return within ? "both" : "labels";
  return "inputs";
}

type Estimates =
  | { readonly known: NonNullable<DriftFindings["accuracy"]["estimates"]>; readonly unknown?: never }
  | { readonly known?: never; readonly unknown: string };

function estimatesOf(
  heldOut: readonly HeldOutImage[],
  fresh: readonly SeenImage[],
  test: TwoSampleTest,
  seed: number,
): Estimates {
  if (heldOut.length < LEAST_FOR_ESTIMATES) {
    return { unknown: `${heldOut.length} held-out images are too few to say how far an estimate is off` };
  }
  if (test.auc > OUTSIDE_AUC) {
    return {
      unknown: `the new images lie outside of what the held-out ones cover (AUC above ${OUTSIDE_AUC})`,
    };
  }
  const confidence = ({ probabilities }: SeenImage): number => Math.max(...probabilities);
  const known = heldOut.map((image) => ({
    confidence: confidence(image),
    isRight: predictedClass(image) === image.label,
  }));
  return { known: estimateAccuracy(known, fresh.map(confidence), randomStream(seed, "drift estimates")) };
}

function newestLooking(
  fresh: readonly SeenImage[],
  scores: Float64Array,
  distances: readonly number[],
  classes: readonly string[],
): readonly NewLooking[] {
  const order = [...fresh.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number));
  return order.slice(0, SHOWN).map((row) => {
    const image = fresh[row] as SeenImage;
    return {
      path: image.path,
      predicted: classes[predictedClass(image)] as string,
      confidence: Math.max(...image.probabilities),
      distance: distances[row] as number,
    };
  });
}
