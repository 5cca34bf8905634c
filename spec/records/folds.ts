/** What cross-validation of the whole recipe gives: one `fold` stage each, and their sum in the evaluation. */
import type { Bfloat16Arithmetic } from "../engine/precision.js";
import type { MemoryFallback } from "./training.js";

/** How many folds a run has, see `learn/folds/plan.ts`. */
export interface FoldDecision {
  /** 0 for none. */
  readonly count: number;
  /** Why that many, or why none: a sentence without a full stop. */
  readonly reason: string;
}

/** What a fold's model says of an image that it did not see; a line of a fold's `predictions.jsonl`. */
export interface FoldPrediction {
  readonly path: string;
  /** Indices into `classes`. */
  readonly label: number;
  /** By the head on the frozen base, and by the model after the gated stages. */
  readonly byHead: number;
  readonly predicted: number;
  /** Probability of each class by the final model, not calibrated. */
  readonly probabilities: readonly number[];
}

/** Figures of one model, each in [0, 1]. */
export interface FoldFigures {
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  readonly macroF1: number;
}

/** Summary of a `fold` stage. */
export interface FoldSummary {
  /** From 1 to `folds`. */
  readonly fold: number;
  readonly folds: number;
  /** Images trained on, validated on, and held out. */
  readonly images: { readonly train: number; readonly validation: number; readonly heldOut: number };
  readonly head: FoldFigures;
  readonly final: FoldFigures;
  /** The stages of unfreezing with the gate's verdicts. */
  readonly stages: readonly {
    readonly stage: string;
    readonly deepest: string;
    readonly kept: boolean;
    readonly verdict: string;
  }[];
  readonly seconds: number;
  /** How the features and activations that it read came about; absent where they are not in bfloat16, and in artifacts of older versions. */
  readonly arithmetic?: Bfloat16Arithmetic;
  /** Of the stages of unfreezing; absent when memory sufficed. */
  readonly outOfMemory?: MemoryFallback;
}

/** A figure over the folds, in [0, 1]. */
export interface FoldFigure {
  /** Of the predictions of all folds together: every image counts once. */
  readonly pooled: number;
  /** Of the folds' own values. */
  readonly mean: number;
  /** Their sample standard deviation. */
  readonly deviation: number;
  /**
   * 95 %: the wider one of the corrected resampled t interval around the mean and the interval that the number of images
   * allows, see `learn/folds/statistics.ts` and `learn/folds/crossValidation.ts`.
   */
  readonly interval: readonly [low: number, high: number];
}

export interface FoldFigureSet {
  readonly accuracy: FoldFigure;
  readonly balancedAccuracy: FoldFigure;
  readonly macroF1: FoldFigure;
}

/** What is kept of all folds together in the records of runs and of models: for small sets the figure to quote. */
export interface FoldsInBrief {
  readonly count: number;
  /** Held out once each, over all folds. */
  readonly images: number;
  readonly accuracy: number;
  readonly accuracyInterval: readonly [low: number, high: number];
  /** Of the head on the frozen base, on the same images. */
  readonly headAccuracy: number;
  /** Two-sided, of McNemar's exact test of the two. */
  readonly pValue: number;
}

/** All folds together: how well the recipe does on images that it did not see. */
export interface CrossValidation {
  readonly folds: readonly FoldSummary[];
  /** Every image of the dataset was held out once. */
  readonly images: number;
  /** The pooled accuracy, and its interval as in `final`. */
  readonly accuracy: number;
  readonly accuracyInterval: readonly [low: number, high: number];
  readonly head: FoldFigureSet;
  readonly final: FoldFigureSet;
  /** Mean over the folds of what fine-tuning added to the accuracy, with its interval; in [−1, 1]. */
  readonly gain: Omit<FoldFigure, "pooled">;
  /** Images that only the final model, and that only the head gets right; McNemar's exact test, two-sided, of groups where images share them. */
  readonly againstHead: { readonly better: number; readonly worse: number; readonly pValue: number };
  /** How many folds kept each stage of unfreezing. */
  readonly kept: readonly { readonly stage: string; readonly deepest: string; readonly folds: number }[];
}
