/** Results of the held-out evaluation. */
import type { ModelGolden } from "../golden.js";
import type { CrossValidation } from "./folds.js";
import type { LabelSuspects } from "./labelSuspects.js";
import type { Resemblance } from "./resemblance.js";

export interface ClassMetrics {
  readonly name: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Test images of the class. */
  readonly support: number;
  /** Area under the ROC curve of this class against the others; absent without test images of both. */
  readonly auc?: number;
  /** Absent without test images of the class. */
  readonly averagePrecision?: number;
}

export interface Prediction {
  readonly path: string;
  /** Indices into `classes`. */
  readonly label: number;
  readonly predicted: number;
  /** Probability of the predicted class, at the model's temperature. */
  readonly confidence: number;
}

/** A line of `predictions.jsonl`. */
export interface FullPrediction extends Prediction {
  /** Of each class, at the model's temperature. */
  readonly probabilities: readonly number[];
  /** The conformal set: indices of the classes that cannot be ruled out; may be empty. */
  readonly set: readonly number[];
}

/** Test images whose confidence lies in `(from, to]`. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly images: number;
  /** Mean confidence, and share that is right; 0 without images. */
  readonly confidence: number;
  readonly accuracy: number;
}

/** How far probabilities can be trusted. */
export interface Calibration {
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  /** Expected calibration error in [0, 1], over {@link bins}. */
  readonly ece: number;
  /** Summed over the classes: in [0, 2]. */
  readonly brier: number;
  readonly bins: readonly ReliabilityBin[];
}

/** Sets of classes that hold the true one with a promised probability, and how that went on the test images. */
export interface ConformalSets {
  /** Promised share of images whose true class is in the set. */
  readonly level: number;
  /** Validation images that the quantile was taken from, and how many the level needs at least. */
  readonly calibrationImages: number;
  readonly leastImages: number;
  /** A class is in the set when 1 − probability is at most this; absent when there were too few images. */
  readonly quantile?: number;
  /** Share of the test images whose set holds the true class. */
  readonly coverage: number;
  /** Classes per set. */
  readonly meanSize: number;
  /** Shares of the test images whose set is empty, and of those with several classes in it. */
  readonly empty: number;
  readonly several: number;
}

export interface Evaluation {
  readonly classes: readonly string[];
  readonly images: number;
  /** Groups that the test images come in; absent where each is one of its own. All intervals and tests are by groups. */
  readonly groups?: number;
  /** Accuracy in [0, 1] with its 95 % Wilson score interval. */
  readonly accuracy: number;
  readonly accuracyInterval: readonly [number, number];
  /** Mean recall of the classes that have test images. */
  readonly balancedAccuracy: number;
  /** Mean F1 of the classes that have test images or are predicted, as scikit-learn's `f1_score` has it. */
  readonly macroF1: number;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  /** `confusion[actual][predicted]`, counts. */
  readonly confusion: readonly (readonly number[])[];
  readonly perClass: readonly ClassMetrics[];
  /** Wrong predictions, most confident first, at most 24. */
  readonly mistakes: readonly Prediction[];
  /** Test accuracy of the head on the frozen base, of each kept or rolled-back stage, in order. */
  readonly byStage: readonly StageAccuracy[];
  /** The same network from random weights for the same time, when asked for. */
  readonly scratch?: {
    readonly accuracy: number;
    readonly interval?: Interval;
    readonly seconds: number;
    readonly epochs: number;
  };
  // What follows is absent in evaluations of version 1.
  /**
   * What the model's logits are divided by: fitted on the validation images, or 1 where the test images refute that
   * (`refuted.temperature`).
   */
  readonly temperature?: number;
  /** On the test images, without and with the temperature that was fitted, whether the model uses it or not. */
  readonly calibration?: { readonly before: Calibration; readonly after: Calibration };
  readonly conformal?: ConformalSets;
  /** What was made from the validation images and does not hold on the test images: the model goes without it. */
  readonly refuted?: {
    /** The fitted temperature, and p of the paired test that it makes the test loss larger. */
    readonly temperature?: { readonly fitted: number; readonly pValue: number };
    /** Probability of so low a coverage if the sets kept their promise. */
    readonly sets?: { readonly pValue: number };
  };
  /** Whether validation and test images are alike; absent without images on both sides, and in older evaluations. */
  readonly resemblance?: Resemblance;
  /** Test images that have a copy outside of the test split, left out of training or not; absent when there are none. */
  readonly twins?:
    | {
        readonly images: number;
        /** Of them: those with a copy of the same bytes, and those with copies that only look the same. */
        readonly sameBytes: number;
        readonly sameLook: number;
        /** Of them: those whose copies are still among the training or validation images. */
        readonly stillThere: number;
        readonly accuracy: number;
        readonly accuracyOfOthers?: number;
      }
    | undefined;
  /** Means over the classes that have one. */
  readonly macroAuc?: number;
  readonly macroAveragePrecision?: number;
  /** The final model against the head on the frozen base, on the same images. Absent when it is that head. */
  readonly againstHead?: {
    /** Images that only the final model, and that only the head gets right. */
    readonly better: number;
    readonly worse: number;
    /** Of McNemar's exact test, two-sided; where images share groups, of the sign-flip test of the groups. */
    readonly pValue: number;
  };
  /** Of thaw's own picture, by the last candidate; absent in older evaluations. */
  readonly golden?: ModelGolden;
  /** Mean of the probabilities on the image and on its mirror image; when the run file allows flips. */
  readonly mirrored?: { readonly accuracy: number; readonly interval: Interval; readonly loss: number };
  readonly labelSuspects?: LabelSuspects;
  /** Test images that are known from training because the user's splits leak; absent when there are none. */
  readonly leaked?:
    | { readonly images: number; readonly accuracy: number; readonly accuracyOfOthers?: number }
    | undefined;
  /** Absent when there were no folds. */
  readonly crossValidation?: CrossValidation;
  /** The images of the largest loss, right or wrong, at most 24. */
  readonly topLosses?: readonly TopLoss[];
}

/** 95 % Wilson score interval. */
type Interval = readonly [low: number, high: number];

export interface StageAccuracy {
  readonly stage: string;
  readonly accuracy: number;
  /** Absent in evaluations of version 1. */
  readonly interval?: Interval;
}

export interface TopLoss extends Prediction {
  /** Cross-entropy in nats at the model's temperature. */
  readonly loss: number;
}
