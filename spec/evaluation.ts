/** Results of the held-out evaluation. */
import type { Listed, Split } from "./dataset.js";

export interface ClassMetrics {
  readonly name: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Test images of the class. */
  readonly support: number;
}

export interface Prediction {
  readonly path: string;
  /** Indices into `classes`. */
  readonly label: number;
  readonly predicted: number;
  /** Probability of the predicted class. */
  readonly confidence: number;
}

/** An image whose label is probably wrong. */
export interface LabelSuspect {
  readonly path: string;
  readonly split: Split;
  /** Indices into `classes`: the given one, and the one that the model is confident of. */
  readonly label: number;
  readonly suggested: number;
  /** In [0, 1]: `(p(label) - p(the most probable other) + 1) / 2`; the smaller, the more suspicious. */
  readonly margin: number;
}

/** By confident learning, the most suspicious first, at most 24. */
export interface LabelSuspects extends Listed<LabelSuspect> {
  /** Test and validation images that were looked at. */
  readonly judged: number;
}

export interface Evaluation {
  readonly classes: readonly string[];
  readonly images: number;
  /** Accuracy in [0, 1] with its 95 % Wilson score interval. */
  readonly accuracy: number;
  readonly accuracyInterval: readonly [number, number];
  readonly balancedAccuracy: number;
  readonly macroF1: number;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  /** `confusion[actual][predicted]`, counts. */
  readonly confusion: readonly (readonly number[])[];
  readonly perClass: readonly ClassMetrics[];
  /** Wrong predictions, most confident first, at most 24. */
  readonly mistakes: readonly Prediction[];
  /** Test accuracy of the head on the frozen base, of each kept or rolled-back stage, in order. */
  readonly byStage: readonly { readonly stage: string; readonly accuracy: number }[];
  /** The same network from random weights for the same time, when asked for. */
  readonly scratch?: { readonly accuracy: number; readonly seconds: number; readonly epochs: number };
  /** Absent in evaluations of version 1. */
  readonly labelSuspects?: LabelSuspects;
  /** Test images that are known from training because the user's splits leak; absent when there are none. */
  readonly leaked?:
    | { readonly images: number; readonly accuracy: number; readonly accuracyOfOthers?: number }
    | undefined;
}
