/** Records of training that travel from the engine to the store, the terminal and the report. */
import type { Bfloat16Arithmetic } from "../engine/precision.js";
import type { Outage } from "./outage.js";

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

/** A place between two batches. */
export interface TrainingPosition {
  /** Epoch in progress, from 0. */
  readonly epoch: number;
  /** The step of it that comes next, from 0. */
  readonly step: number;
}

/** A change that somebody made to a stage while it trained, and from where on it counts. */
export interface AppliedChange extends TrainingPosition {
  /** Number of the command; a command is applied once. */
  readonly seq: number;
  /** Factor on the rates of all layer groups, relative to the run file's. */
  readonly learningRate?: number;
  readonly patience?: number;
  readonly epochs?: number;
  /** True when the stage was ended there with its best weights. */
  readonly finish?: true;
}

/** A stage that ran out of memory and was made once more, from its start, at half the batch. */
export interface MemoryFallback {
  /** Images per step, as asked for, at which memory ran out. */
  readonly at: number;
  /** Images per step of the artifact. */
  readonly batchSize: number;
}

/** What a stage's summary has besides, where it did not train undisturbed from start to end. */
export interface Interruptions {
  /** Absent when memory sufficed. */
  readonly outOfMemory?: MemoryFallback;
  /** Where attempts went on from a checkpoint; absent when none did. */
  readonly resumed?: readonly TrainingPosition[];
  /** Absent when nobody changed anything. */
  readonly changes?: readonly AppliedChange[];
}

/** What a stage of training did. */
export interface TrainingSummary extends Interruptions {
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
  /** How the frozen activations that it read came about; absent where they are not in bfloat16, and in artifacts of older versions. */
  readonly arithmetic?: Bfloat16Arithmetic;
  /** Sentence that says why the stage was kept or rolled back. */
  readonly verdict: string;
}

/** Live progress of one activity, small and flat: it is shown as is in the Temporal UI. */
export interface Progress {
  /** What is being done, e.g. `features`, `epoch 3/8`. */
  readonly phase: string;
  readonly step: number;
  readonly total: number;
  /** The epoch that has just ended; for the log, and left out of heartbeats. */
  readonly epochEnd?: EpochRecord;
  /** Views of images gone through since the progress before; for the metrics, and left out of heartbeats. */
  readonly images?: number;
  /** Views whose features were taken from earlier runs instead; likewise. */
  readonly reused?: number;
  readonly loss?: number;
  readonly validationAccuracy?: number;
  readonly imagesPerSecond?: number;
  readonly etaSeconds?: number;
  /** How old this is: the stage lives, but has told nothing since. Absent when it is new. */
  readonly ageSeconds?: number;
  /** What the store has failed at, while it is tried again. Absent when it answers. */
  readonly outage?: Outage;
  /** How long the stage has held its worker, in all attempts so far; the next attempt counts on from there. */
  readonly heldSeconds?: number;
}
