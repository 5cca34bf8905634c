/** What is trained, as the training loop knows it: a batch in, loss out, and the weights have moved. */
import type { UpdateSettings } from "./optimizer/adamw.js";
import type { TrainableVector } from "./step/trainable.js";

/** One step's place in the run; every random choice of the step is a function of it. */
export interface StepPosition {
  /** From 0. */
  readonly epoch: number;
  /** Step within the epoch, from 0. */
  readonly step: number;
}

/** One update of the weights, as the loop wants it. */
export interface Update extends UpdateSettings {
  /** Share of the weights' average that is replaced by the new weights; no average is kept when left out. */
  readonly averageShare?: number | undefined;
}

export interface StepResult {
  /** Mean training loss of the batch. */
  readonly loss: number;
  /** Correct predictions in the batch. */
  readonly correct: number;
  /** Global norm of the gradients before clipping. Where it is not finite, the weights are worth nothing any more. */
  readonly norm: number;
}

export interface StepGradients {
  readonly loss: number;
  /** One array per entry of the vector's layout. */
  readonly gradients: readonly Float32Array[];
}

export interface ValidationResult {
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  /**
   * Cross-entropy of each image, in the order of the validation images, at the temperature that fits them best:
   * what is left of the losses once confidences are honest, as they are made after training. Worked out when asked.
   */
  calibratedLosses(): readonly number[];
  /** In [0, 1]. */
  readonly accuracy: number;
  /** Whether each image is predicted rightly, in the same order. */
  readonly correct: readonly boolean[];
}

/** What is trained: steps on batches, and the validation of the current weights. */
export interface Trainee {
  /** Training images. */
  readonly samples: number;
  readonly vector: TrainableVector;
  /** One step on a batch: gradients, clipping, and the update of weights, moments and average. */
  train(batch: readonly number[], position: StepPosition, update: Update): StepResult;
  /** @param of the weights themselves when left out */
  validate(of?: "weights" | "average"): ValidationResult;
  /** A copy of the state besides the vector that belongs to its weights (running statistics), if there is any. */
  snapshotExtra?(): ExtraState;
  restoreExtra?(extra: ExtraState): void;
}

/** Arrays by name. */
export type ExtraState = ReadonlyMap<string, Float32Array>;
