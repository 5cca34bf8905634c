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
  /** True when the validation figures are those of the average of the weights, which was better than they. */
  readonly averaged?: boolean;
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

/** What a range test before a stage found out about its learning rates. */
export interface RateFinding {
  /** What the rates of the run file were multiplied by, in (0, 1]. */
  readonly factor: number;
  /** Mean training loss of each batch, smoothed, at a growing factor on the rates. */
  readonly points: readonly { readonly factor: number; readonly loss: number }[];
  readonly seconds: number;
}

/** End of a `tuneStage`: kept, or rolled back to the weights it began with. */
export interface StageSummary extends TrainingSummary {
  /** The deepest layer group that was trained. */
  readonly deepest: string;
  /** Layer groups that were trained, top first, with their peak learning rates as they were used. */
  readonly groups: readonly { readonly name: string; readonly learningRate: number }[];
  readonly before: { readonly validationLoss: number; readonly validationAccuracy: number };
  readonly kept: boolean;
  /** Absent where no range test was asked for. */
  readonly rateFinding?: RateFinding;
  /** True when only the first layer groups and the head were trained. */
  readonly surgical?: boolean;
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
  /** How old this is: the stage lives, but has told nothing since. Absent when it is new. */
  readonly ageSeconds?: number;
}
