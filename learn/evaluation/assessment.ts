/** The held-out evaluation as numbers: from the logits of every candidate to accuracy, calibration and sets. */

import { randomStream } from "../../rng/stream.js";
import type {
  Calibration,
  ClassMetrics,
  ConformalSets,
  Evaluation,
  FullPrediction,
  StageAccuracy,
  TopLoss,
} from "../../spec/records/evaluation.js";
import { pairedChange, sharesGroups, sumsByGroup, twoSided } from "../evidence/byGroup.js";
import { signFlipTest } from "../evidence/signFlip.js";
import { lossOf, softmaxRows } from "../training/step/loss.js";
import { argMax, crossEntropyAndAccuracy } from "../training/validation.js";
import { calibrationOf } from "./calibration.js";
import { chanceOfCoverage, conformalQuantile, conformalSet, leastImages } from "./conformal.js";
import { confusionMatrix, summarizeConfusion, wilsonInterval } from "./metrics.js";
import type { Share } from "./proportions.js";
import { averagePrecision, rocAuc } from "./ranking.js";
import { atTemperature, fitTemperature } from "./temperature.js";
import { witnesses } from "./witnesses.js";

/** The share of images whose true class the conformal sets promise to hold. */
const CONFORMAL_LEVEL = 0.9;
const MOST_PICTURES = 24;
/**
 * A temperature is given up when the calibration error of the test images grows by more than so much, and chance alone
 * makes their loss so much larger less often than the level. The fit on a few validation images is always a little off,
 * which many test images show as a sure but small rise: 3 points are what calibration is to reach (`bench/README.md`).
 */
const TEMPERATURE_HARM = 0.03;
const TEMPERATURE_LEVEL = 0.01;
/** The promise of the sets is given up when chance alone covers so few test images less often: beyond its 95 % interval. */
const COVERAGE_LEVEL = 0.025;

/** Logits are `[images, classes]`, row-major. */
export interface Candidates {
  readonly classes: readonly string[];
  /** The held-out images. */
  readonly paths: readonly string[];
  readonly labels: readonly number[];
  /** Of each of them the group it is in; each its own when left out. Images of one group are no independent witnesses. */
  readonly groups?: readonly string[];
  /** On the held-out images, in the order of the stages; the last one is the model. */
  readonly stages: readonly { readonly stage: string; readonly logits: Float32Array }[];
  /** The model's on the validation images. */
  readonly validation: {
    readonly labels: readonly number[];
    readonly logits: Float32Array;
    readonly groups?: readonly string[];
  };
  /** The model's on the mirror images of the held-out images. */
  readonly mirrored?: Float32Array;
  readonly scratch?: { readonly logits: Float32Array; readonly seconds: number; readonly epochs: number };
  /** The run's, for the signs of a paired test. */
  readonly seed?: number;
}

export function assess(candidates: Candidates): { evaluation: Evaluation; predictions: FullPrediction[] } {
  const { classes, labels, validation, mirrored, scratch, seed = 0 } = candidates;
  const groups = candidates.groups ?? labels.map((_, image) => String(image));
  const final = candidates.stages.at(-1)?.logits ?? new Float32Array();
  const fitted = fitTemperature(validation.logits, validation.labels, classes.length);
  const pValue = chanceOfHarm(final, labels, fitted, groups, seed);
  const before = calibrationOf(softmaxRows(final, classes.length), labels, classes.length);
  const after = calibrationOf(
    softmaxRows(atTemperature(final, fitted), classes.length),
    labels,
    classes.length,
  );
  const isRefuted = pValue < TEMPERATURE_LEVEL && after.ece - before.ece > TEMPERATURE_HARM;
  const temperature = isRefuted ? 1 : fitted;
  const calibrated = softmaxRows(atTemperature(final, temperature), classes.length);
  const ofValidation = softmaxRows(atTemperature(validation.logits, temperature), classes.length);
  const quantile = conformalQuantile(ofValidation, validation.labels, classes.length, CONFORMAL_LEVEL);
  const predictions = predictionsOf(candidates, calibrated, quantile);
  const confusion = confusionMatrix(
    labels,
    predictions.map((prediction) => prediction.predicted),
    classes.length,
  );
  const summary = summarizeConfusion(confusion, classes);
  const conformal = conformalOf(predictions, validation.labels.length, quantile);
  const refuted = {
    ...(isRefuted ? { temperature: { fitted, pValue } } : {}),
    ...brokenPromise(conformal, {
      test: witnesses(
        predictions.map(({ set, label }) => set.includes(label)),
        groups,
      ),
      calibration: witnesses(
        validation.labels.map((label, row) => {
          const own = ofValidation.subarray(row * classes.length, (row + 1) * classes.length);
          return conformalSet(own, quantile).includes(label);
        }),
        validation.groups ?? validation.labels.map((_, image) => String(image)),
      ),
    }),
  };
  const ranked = withRanking(summary.perClass, labels, calibrated);
  const evaluation: Evaluation = {
    classes,
    images: labels.length,
    ...(sharesGroups(groups) ? { groups: new Set(groups).size } : {}),
    ...summary,
    accuracyInterval: intervalOf(
      predictions.map(({ predicted, label }) => predicted === label),
      groups,
    ),
    perClass: ranked,
    loss: before.loss,
    confusion,
    mistakes: predictions
      .filter((prediction) => prediction.predicted !== prediction.label)
      .sort((a, b) => b.confidence - a.confidence)
      .slice(0, MOST_PICTURES)
      .map(shortened),
    byStage: candidates.stages.map(({ stage, logits }) => ({
      stage,
      ...accuracyOf(logits, labels, classes.length, groups),
    })),
    ...(scratch === undefined
      ? {}
      : {
          scratch: {
            ...accuracyOf(scratch.logits, labels, classes.length, groups),
            seconds: scratch.seconds,
            epochs: scratch.epochs,
          },
        }),
    temperature,
    calibration: { before, after },
    conformal,
    ...(Object.keys(refuted).length === 0 ? {} : { refuted }),
    ...macroOf(ranked),
    ...againstHead(candidates, groups),
    ...(mirrored === undefined
      ? {}
      : {
          mirrored: mirroredOf(
            calibrated,
            atTemperature(mirrored, temperature),
            labels,
            classes.length,
            groups,
          ),
        }),
    topLosses: topLosses(predictions),
  };
  return { evaluation, predictions };
}

/**
 * Probability that chance makes the temperature look so harmful on the test images, by a paired sign-flip test of their
 * losses, a group of images as one. The loss is tested and not the calibration error, which is no proper score and no mean
 * over the images.
 */
function chanceOfHarm(
  logits: Float32Array,
  labels: readonly number[],
  temperature: number,
  groups: readonly string[],
  seed: number,
): number {
  const classes = logits.length / Math.max(1, labels.length);
  const lossesOf = (probabilities: Float32Array): number[] =>
    labels.map((label, row) => lossOf(probabilities[row * classes + label]));
  const plain = lossesOf(softmaxRows(logits, classes));
  const scaled = lossesOf(softmaxRows(atTemperature(logits, temperature), classes));
  const rises = scaled.map((loss, image) => loss - (plain[image] ?? Number.NaN));
  return signFlipTest(sumsByGroup(rises, groups), randomStream(seed, "temperature"));
}

/** @param covered of the images of both sides, as many independent ones as tell the coverage as well */
function brokenPromise(
  { level, quantile }: ConformalSets,
  covered: { readonly test: Share; readonly calibration: Share },
): Pick<NonNullable<Evaluation["refuted"]>, "sets"> {
  const [images, calibration] = [Math.round(covered.test.trials), Math.round(covered.calibration.trials)];
  if (quantile === undefined || images === 0 || calibration < leastImages(level)) return {};
  const pValue = chanceOfCoverage(Math.round(covered.test.successes), images, calibration, level);
  return pValue < COVERAGE_LEVEL ? { sets: { pValue } } : {};
}

function predictionsOf(
  { paths, labels, classes }: Candidates,
  probabilities: Float32Array,
  quantile: number | undefined,
): FullPrediction[] {
  return labels.map((label, row) => {
    const own = probabilities.subarray(row * classes.length, (row + 1) * classes.length);
    const predicted = argMax(own, 0, classes.length);
    return {
      path: paths[row] ?? "",
      label,
      predicted,
      confidence: own[predicted] ?? 0,
      probabilities: Array.from(own),
      set: conformalSet(own, quantile),
    };
  });
}

/** What summaries keep of a prediction: with a thousand classes the rest would outgrow them. */
function shortened({ path, label, predicted, confidence }: FullPrediction) {
  return { path, label, predicted, confidence };
}

function accuracyOf(
  logits: Float32Array,
  labels: readonly number[],
  classes: number,
  groups: readonly string[],
): Required<Omit<StageAccuracy, "stage">> {
  const { accuracy, correct } = crossEntropyAndAccuracy(logits, labels, classes);
  return { accuracy, interval: intervalOf(correct, groups) };
}

function intervalOf(correct: readonly boolean[], groups: readonly string[]): readonly [number, number] {
  const { successes, trials } = witnesses(correct, groups);
  return wilsonInterval(successes, trials);
}

/** AUC and average precision of each class against the others, by its probability. */
function withRanking(
  perClass: readonly ClassMetrics[],
  labels: readonly number[],
  probabilities: Float32Array,
): ClassMetrics[] {
  return perClass.map((metrics, c) => {
    const scores = labels.map((_, row) => probabilities[row * perClass.length + c] ?? 0);
    const positive = labels.map((label) => label === c);
    const auc = rocAuc(scores, positive);
    const precision = averagePrecision(scores, positive);
    return {
      ...metrics,
      ...(auc === undefined ? {} : { auc }),
      ...(precision === undefined ? {} : { averagePrecision: precision }),
    };
  });
}

function macroOf(perClass: readonly ClassMetrics[]): Pick<Evaluation, "macroAuc" | "macroAveragePrecision"> {
  const macroAuc = meanOf(perClass.flatMap(({ auc }) => auc ?? []));
  const macroAveragePrecision = meanOf(perClass.flatMap((metrics) => metrics.averagePrecision ?? []));
  return {
    ...(macroAuc === undefined ? {} : { macroAuc }),
    ...(macroAveragePrecision === undefined ? {} : { macroAveragePrecision }),
  };
}

const meanOf = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((total, value) => total + value, 0) / values.length;

function conformalOf(
  predictions: readonly FullPrediction[],
  calibrationImages: number,
  quantile: number | undefined,
): ConformalSets {
  const share = (holds: (prediction: FullPrediction) => boolean): number =>
    predictions.filter(holds).length / predictions.length;
  return {
    level: CONFORMAL_LEVEL,
    calibrationImages,
    leastImages: leastImages(CONFORMAL_LEVEL),
    ...(quantile === undefined ? {} : { quantile }),
    coverage: share(({ set, label }) => set.includes(label)),
    meanSize: meanOf(predictions.map(({ set }) => set.length)) ?? 0,
    empty: share(({ set }) => set.length === 0),
    several: share(({ set }) => set.length > 1),
  };
}

function againstHead(
  { stages, labels, classes, seed = 0 }: Candidates,
  groups: readonly string[],
): Pick<Evaluation, "againstHead"> {
  const head = stages.find(({ stage }) => stage === "head");
  const final = stages.at(-1);
  if (head === undefined || final === undefined || head === final) return {};
  const correct = (logits: Float32Array): readonly boolean[] =>
    crossEntropyAndAccuracy(logits, labels, classes.length).correct;
  const signs = randomStream(seed, "against the head");
  const change = pairedChange(correct(head.logits), correct(final.logits), groups, signs);
  const { better, worse } = change;
  return { againstHead: { better, worse, pValue: twoSided(change) } };
}

function mirroredOf(
  plain: Float32Array,
  mirroredLogits: Float32Array,
  labels: readonly number[],
  classes: number,
  groups: readonly string[],
): NonNullable<Evaluation["mirrored"]> {
  const mirrored = softmaxRows(mirroredLogits, classes);
  const mean = plain.map((probability, i) => (probability + (mirrored[i] ?? 0)) / 2);
  const right = labels.map((label, row) => argMax(mean, row * classes, classes) === label);
  const calibration: Calibration = calibrationOf(mean, labels, classes);
  return {
    accuracy: right.filter(Boolean).length / labels.length,
    interval: intervalOf(right, groups),
    loss: calibration.loss,
  };
}

function topLosses(predictions: readonly FullPrediction[]): TopLoss[] {
  return predictions
    .map((prediction) => ({
      ...shortened(prediction),
      loss: lossOf(prediction.probabilities[prediction.label]),
    }))
    .sort((a, b) => b.loss - a.loss)
    .slice(0, MOST_PICTURES);
}
