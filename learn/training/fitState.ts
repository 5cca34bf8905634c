/** Where training stands, in one plain object: with the trainee's vectors and extra state it is a checkpoint. */
import type { AppliedChange, EpochRecord, TrainingPosition } from "../../spec/records/training.js";
import { type EarlyStopping, noEpochYet } from "./earlyStopping.js";
import { startMoments } from "./step/trainable.js";
import type { ExtraState, Trainee } from "./trainee.js";

/** Sums over the epoch in progress. */
export interface EpochSums {
  /** Loss times images. */
  readonly lossSum: number;
  readonly correct: number;
  readonly images: number;
}

export const noImagesYet: EpochSums = { lossSum: 0, correct: 0, images: 0 };

/** The schedule, shuffles and dropout are functions of it and the options, so nothing else has to be kept. */
export interface FitState {
  /** Epoch in progress, from 0. */
  epoch: number;
  /** Step of that epoch that comes next, from 0. */
  step: number;
  /** Steps made in all. */
  done: number;
  /** What the rates were multiplied by in the last step. */
  factor: number;
  seen: EpochSums;
  readonly history: EpochRecord[];
  stopping: EarlyStopping;
  /** The weights, or their average, at the best epoch, and the extra state that belongs to them. */
  best: { readonly weights: Float32Array; readonly extra: ExtraState | undefined };
  /** Updates of the weights. */
  updates: number;
  /** Updates of their average; undefined where none is kept. */
  averageUpdates: number | undefined;
  /** Seconds of training up to the last checkpoint or resumption, in all and in the epoch in progress. */
  seconds: number;
  epochSeconds: number;
  /** What was changed while it trained, in order. */
  readonly changes: AppliedChange[];
  /** Where training went on from a checkpoint. */
  readonly resumed: TrainingPosition[];
}

/** Where training begins, with moments of nothing. @param ema decay of the average of the weights; 0 for none */
export function initialState(trainee: Trainee, ema: number): FitState {
  const { vector } = trainee;
  const weights = vector.read("weights");
  startMoments(vector);
  if (ema > 0) vector.write("average", weights);
  return {
    epoch: 0,
    step: 0,
    done: 0,
    factor: 0,
    seen: noImagesYet,
    history: [],
    stopping: noEpochYet,
    best: { weights, extra: trainee.snapshotExtra?.() },
    updates: 0,
    averageUpdates: ema > 0 ? 0 : undefined,
    seconds: 0,
    epochSeconds: 0,
    changes: [],
    resumed: [],
  };
}
