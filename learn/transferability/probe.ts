/** A linear probe by cross-validation: what a linear classifier can read out of features, with its uncertainty. */
import type { ProbeResult } from "../../spec/records/recipe.js";
import { wilsonInterval } from "../evaluation/metrics.js";
import { witnesses } from "../evaluation/witnesses.js";
import { fitLogisticRegression } from "./logisticRegression.js";
import { type Matrix, row, takeRows } from "./matrix.js";

export interface Probe extends ProbeResult {
  /** `[images, classes]`: of each image by the classifier that had not seen its fold. */
  readonly probabilities: Matrix;
}

/**
 * Every image is predicted once, by a classifier fitted on the other folds. The interval takes the predictions of
 * different groups as independent: the folds share training images, so it is a little too narrow (Bengio & Grandvalet, JMLR 2004).
 * @param features `[images, features]`
 * @param folds the fold of each image
 * @param penalty of the logistic regression
 * @param groups of each image the group it is in: of one group no two are independent. Each its own when left out
 */
export function linearProbe(
  features: Matrix,
  labels: readonly number[],
  folds: readonly number[],
  classes: number,
  penalty: number,
  onFold: (done: number, total: number) => void = () => {},
  groups: readonly string[] = labels.map((_, image) => String(image)),
): Probe {
  const probabilities: Matrix = {
    rows: features.rows,
    columns: classes,
    data: new Float64Array(features.rows * classes),
  };
  const names = [...new Set(folds)].sort((a, b) => a - b);
  names.forEach((fold, done) => {
    const inside = labels.flatMap((_, image) => (folds[image] === fold ? [] : [image]));
    const outside = labels.flatMap((_, image) => (folds[image] === fold ? [image] : []));
    const classify = fitLogisticRegression(
      takeRows(features, inside),
      inside.map((image) => labels[image] as number),
      classes,
      penalty,
    );
    const predicted = classify(takeRows(features, outside));
    outside.forEach((image, i) => {
      row(probabilities, image).set(row(predicted, i));
    });
    onFold(done + 1, names.length);
  });
  return scoreOf(probabilities, { labels, classes, groups });
}

/** What probabilities are worth that came about as {@link linearProbe} has it. */
export function scoreOf(
  probabilities: Matrix,
  asked: {
    readonly labels: readonly number[];
    readonly classes: number;
    readonly groups: readonly string[];
  },
): Probe {
  const { labels, classes, groups } = asked;
  const right = labels.map((label, image) => {
    const values = row(probabilities, image);
    return values.indexOf(Math.max(...values)) === label;
  });
  const { successes, trials } = witnesses(right, groups);
  const recalls = Array.from({ length: classes }, (_, c) => {
    const own = right.filter((_, image) => labels[image] === c);
    return { images: own.length, recall: own.filter(Boolean).length / own.length };
  }).filter(({ images }) => images > 0);
  return {
    accuracy: right.filter(Boolean).length / labels.length,
    interval: wilsonInterval(successes, trials),
    balancedAccuracy: recalls.reduce((sum, { recall }) => sum + recall, 0) / recalls.length,
    probabilities,
  };
}
