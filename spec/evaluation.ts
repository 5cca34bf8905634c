/** Results of the held-out evaluation. */
import type { LabelSuspects } from "./labelSuspects.js";

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
  /** Absent in evaluations of version 1. */
  readonly labelSuspects?: LabelSuspects;
  /** Test images that are known from training because the user's splits leak; absent when there are none. */
  readonly leaked?:
    | { readonly images: number; readonly accuracy: number; readonly accuracyOfOthers?: number }
    | undefined;
  /** `confusion[actual][predicted]`, counts. */
  readonly confusion: readonly (readonly number[])[];
  readonly perClass: readonly ClassMetrics[];
  /** Wrong predictions, most confident first, at most 24. */
  readonly mistakes: readonly Prediction[];
  /** Test accuracy of the head on the frozen base, of each kept or rolled-back stage, in order. */
  readonly byStage: readonly { readonly stage: string; readonly accuracy: number }[];
  /** The same network from random weights for the same time, when asked for. */
  readonly scratch?: { readonly accuracy: number; readonly seconds: number; readonly epochs: number };
}
