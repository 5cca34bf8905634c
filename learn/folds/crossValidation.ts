/** All folds together: pooled predictions, figures over the folds, and the paired comparison with the head. */
import { randomStream } from "../../rng/stream.js";
import type {
  CrossValidation,
  FoldFigure,
  FoldFigureSet,
  FoldFigures,
  FoldPrediction,
  FoldSummary,
} from "../../spec/records/folds.js";
import { confusionMatrix, summarizeConfusion, wilsonInterval } from "../evaluation/metrics.js";
import { witnesses } from "../evaluation/witnesses.js";
import { pairedChange, sharesGroups, sumsByGroup, twoSided } from "../evidence/byGroup.js";
import { groupInterval } from "../proof/groupInterval.js";
import { overFolds, pairedInterval, wider } from "./statistics.js";

/** A fold's summary and what it said of each image that it held out. */
export interface FinishedFold {
  readonly summary: FoldSummary;
  readonly predictions: readonly FoldPrediction[];
}

/** Of a 95 % interval, on each side. */
const TAIL = 0.025;

type Judge = "byHead" | "predicted";

/**
 * @param folds two or more, of one dataset
 * @param groupOf the group of an image by its path; an image that is not in it is one of its own
 */
export function crossValidation(
  folds: readonly FinishedFold[],
  classes: number,
  groupOf: ReadonlyMap<string, string> = new Map(),
): CrossValidation {
  const pooled = folds.flatMap(({ predictions }) => predictions);
  const summaries = folds.map(({ summary }) => summary);
  const rightOf = (judge: Judge): boolean[] => pooled.map((one) => one[judge] === one.label);
  const groups = pooled.map(({ path }, image) => groupOf.get(path) ?? String(image));
  const signs = randomStream(0, "cross-validation");
  const change = pairedChange(rightOf("byHead"), rightOf("predicted"), groups, signs);
  const { better, worse } = change;
  const counted: Readonly<Record<keyof FoldFigures, number>> = {
    accuracy: pooled.length,
    balancedAccuracy: balancedImages(pooled),
    macroF1: balancedImages(pooled),
  };
  const figuresOver = (judge: Judge, own: (summary: FoldSummary) => FoldFigures): FoldFigureSet => {
    const together = foldFigures(pooled, judge, classes);
    // Where images share groups, there are fewer to tell a share by.
    const worth = pooled.length === 0 ? 1 : witnesses(rightOf(judge), groups).trials / pooled.length;
    const figure = (name: keyof FoldFigures): FoldFigure => {
      const overAll = overFolds(
        summaries.map((summary) => own(summary)[name]),
        [0, 1],
      );
      const images = worth * counted[name];
      // Folds that happen to agree make the t interval narrower than the images allow, down to nothing.
      const interval = wider(overAll.interval, wilsonInterval(images * together[name], images));
      return { pooled: together[name], ...overAll, interval };
    };
    return {
      accuracy: figure("accuracy"),
      balancedAccuracy: figure("balancedAccuracy"),
      macroF1: figure("macroF1"),
    };
  };
  const gainOfImages = (): readonly [number, number] => {
    const alone = pairedInterval(better, worse, pooled.length);
    if (!sharesGroups(groups)) return alone;
    const gained = pooled.map(
      (one) => Number(one.predicted === one.label) - Number(one.byHead === one.label),
    );
    const images = sumsByGroup(
      gained.map(() => 1),
      groups,
    );
    const byGroup = sumsByGroup(gained, groups).map((sum, at) => ({ gained: sum, images: images[at] ?? 1 }));
    return wider(alone, groupInterval(byGroup, TAIL, randomStream(0, "cross-validation: gain")));
  };
  const final = figuresOver("predicted", (summary) => summary.final);
  const gain = overFolds(
    summaries.map((summary) => summary.final.accuracy - summary.head.accuracy),
    [-1, 1],
  );
  return {
    folds: summaries,
    images: pooled.length,
    accuracy: final.accuracy.pooled,
    accuracyInterval: final.accuracy.interval,
    head: figuresOver("byHead", (summary) => summary.head),
    final,
    gain: { ...gain, interval: wider(gain.interval, gainOfImages()) },
    againstHead: { better, worse, pValue: twoSided(change) },
    kept: (summaries[0]?.stages ?? []).map(({ stage, deepest }, position) => ({
      stage,
      deepest,
      folds: summaries.filter(({ stages }) => stages[position]?.kept === true).length,
    })),
  };
}

/**
 * As many images as tell a mean over the classes as well as these do: its variance is the classes' own, over the square
 * of their number. Fewer than there are, where classes are unequal.
 */
function balancedImages(predictions: readonly FoldPrediction[]): number {
  const perClass = new Map<number, number>();
  for (const { label } of predictions) perClass.set(label, (perClass.get(label) ?? 0) + 1);
  const variance = [...perClass.values()].reduce((sum, images) => sum + 1 / images, 0);
  return perClass.size ** 2 / variance;
}

/** The figures of one model on some held-out images. */
export function foldFigures(
  predictions: readonly FoldPrediction[],
  judge: Judge,
  classes: number,
): FoldFigures {
  const labels = predictions.map(({ label }) => label);
  const confusion = confusionMatrix(
    labels,
    predictions.map((one) => one[judge]),
    classes,
  );
  const names = Array.from({ length: classes }, (_, c) => String(c));
  const { accuracy, balancedAccuracy, macroF1 } = summarizeConfusion(confusion, names);
  return { accuracy, balancedAccuracy, macroF1 };
}
