/** Records of training that travel from the engine to the store, the terminal and the report. */

/** One epoch of one stage. Loss is mean cross-entropy in nats; accuracies are in [0, 1]. */
export interface EpochRecord {
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  /** Learning rate of the top group at the end of the epoch. */
  readonly learningRate: number;
  readonly seconds: number;
}

/** What a stage of training did. */
export interface TrainingSummary {
  readonly history: readonly EpochRecord[];
  /** Epoch (counted from 1) whose weights were restored at the end. */
  readonly bestEpoch: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  readonly stoppedEarly: boolean;
  readonly seconds: number;
  readonly trainableParameters: number;
}

/** End of a `tuneStage`: kept, or rolled back to the weights it began with. */
export interface StageSummary extends TrainingSummary {
  /** The deepest layer group that was trained. */
  readonly deepest: string;
  /** Layer groups that were trained, top first, with their peak learning rates. */
  readonly groups: readonly { readonly name: string; readonly learningRate: number }[];
  readonly before: { readonly validationLoss: number; readonly validationAccuracy: number };
  readonly kept: boolean;
  /** Sentence that says why the stage was kept or rolled back. */
  readonly verdict: string;
}

/** Live progress of one activity, small and flat: it is shown as is in the Temporal UI. */
export interface Progress {
  /** What is being done, e.g. `features`, `epoch 3/8`. */
  readonly phase: string;
  readonly step: number;
  readonly total: number;
  readonly loss?: number;
  readonly validationAccuracy?: number;
  readonly imagesPerSecond?: number;
  readonly etaSeconds?: number;
}
