/** What is trained, as the training loop knows it: a batch in, loss and gradients out. */
import type { TrainableVector } from "./step/trainable.js";

/** One step's place in the run; every random choice of the step is a function of it. */
export interface StepPosition {
  /** From 0. */
  readonly epoch: number;
  /** Step within the epoch, from 0. */
  readonly step: number;
}

export interface StepResult {
  /** Mean training loss of the batch. */
  readonly loss: number;
  /** Correct predictions in the batch. */
  readonly correct: number;
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

/** What is trained: loss and gradients of a batch, and the validation of the current weights. */
export interface Trainee {
  /** Training images. */
  readonly samples: number;
  readonly vector: TrainableVector;
  step(batch: readonly number[], position: StepPosition): StepResult;
  validate(): ValidationResult;
  /** A copy of the state besides the vector that belongs to its weights (running statistics), if there is any. */
  snapshotExtra?(): ExtraState;
  restoreExtra?(extra: ExtraState): void;
}

/** Arrays by name. */
export type ExtraState = ReadonlyMap<string, Float32Array>;
