/** All folds together: pooled predictions, figures over the folds, and the paired comparison with the head. */
import type {
  CrossValidation,
  FoldFigure,
  FoldFigureSet,
  FoldFigures,
  FoldPrediction,
  FoldSummary,
} from "../spec/folds.js";
import { overFolds, wider } from "./foldStatistics.js";
import { binomialTail, changedImages } from "./gate.js";
import { confusionMatrix, summarizeConfusion, wilsonInterval } from "./metrics.js";

/** A fold's summary and what it said of each image that it held out. */
export interface FinishedFold {
  readonly summary: FoldSummary;
  readonly predictions: readonly FoldPrediction[];
}

type Judge = "byHead" | "predicted";

/** @param folds two or more, of one dataset */
export function crossValidation(folds: readonly FinishedFold[], classes: number): CrossValidation {
  const pooled = folds.flatMap(({ predictions }) => predictions);
  const summaries = folds.map(({ summary }) => summary);
  const rightOf = (judge: Judge): boolean[] => pooled.map((one) => one[judge] === one.label);
  const { better, worse } = changedImages(rightOf("byHead"), rightOf("predicted"));
  const tail = binomialTail(Math.max(better, worse), better + worse);
  const figuresOver = (judge: Judge, own: (summary: FoldSummary) => FoldFigures): FoldFigureSet => {
    const together = foldFigures(pooled, judge, classes);
    const figure = (name: keyof FoldFigures): FoldFigure => ({
      pooled: together[name],
      ...overFolds(
        summaries.map((summary) => own(summary)[name]),
        [0, 1],
      ),
    });
    return {
      accuracy: figure("accuracy"),
      balancedAccuracy: figure("balancedAccuracy"),
      macroF1: figure("macroF1"),
    };
  };
  const final = figuresOver("predicted", (summary) => summary.final);
  const right = rightOf("predicted").filter(Boolean).length;
  return {
    folds: summaries,
    images: pooled.length,
    accuracy: final.accuracy.pooled,
    // Folds that happen to agree make the t interval narrower than the number of images allows, down to nothing.
    accuracyInterval: wider(final.accuracy.interval, wilsonInterval(right, pooled.length)),
    head: figuresOver("byHead", (summary) => summary.head),
    final,
    gain: overFolds(
      summaries.map((summary) => summary.final.accuracy - summary.head.accuracy),
      [-1, 1],
    ),
    againstHead: { better, worse, pValue: Math.min(1, 2 * tail) },
    kept: (summaries[0]?.stages ?? []).map(({ stage, deepest }, position) => ({
      stage,
      deepest,
      folds: summaries.filter(({ stages }) => stages[position]?.kept === true).length,
    })),
  };
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
