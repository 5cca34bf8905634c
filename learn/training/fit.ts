/** The training loop: shuffled batches, AdamW, validation, early stopping with the best weights restored. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { permutation, randomStream } from "../../rng/stream.js";
import { stopped } from "../../spec/engine/stopped.js";
import { ThawError } from "../../spec/errors.js";
import type { Progress, TrainingSummary } from "../../spec/records/training.js";
import { type CheckpointOptions, checkpoints, resumeOrStart } from "./checkpoint/checkpointing.js";
import { afterEpoch } from "./earlyStopping.js";
import { epochEnded, progressOf, rounded } from "./fitProgress.js";
import { type FitState, noImagesYet } from "./fitState.js";
import { type ScheduleName, scheduledStep } from "./optimizer/schedule.js";
import { averageShare } from "./optimizer/weightAverage.js";
import { applyControls, type ControlSource, type Course, courseOf } from "./steering.js";
import type { Trainee, ValidationResult } from "./trainee.js";

export interface FitOptions {
  readonly epochs: number;
  readonly patience: number;
  readonly batchSize: number;
  /** Course of the rates; a half cosine when left out. */
  readonly schedule?: ScheduleName;
  readonly warmup: number;
  /** Largest global gradient norm; {@link GRADIENT_LIMIT} when left out. */
  readonly clipNorm?: number;
  /**
   * Decay of an average of the weights that is validated beside them; 0 or left out for none. Batch norm
   * statistics of a pretrained base never move, so the average needs no new ones.
   */
  readonly ema?: number;
  readonly seed: number;
  /** Number of the stage, part of the coordinates of every random draw. */
  readonly stage: number;
  /** Stop after this many seconds of training, whatever the epoch. */
  readonly secondsBudget?: number;
  /** None are written when left out. Under {@link FitOptions.secondsBudget} their bits depend on the clock. */
  readonly checkpoints?: CheckpointOptions | undefined;
  /** Commands that reach the training from outside. */
  readonly control?: ControlSource | undefined;
  readonly onProgress: (progress: Progress) => void;
}

/** A guard against single wild batches, far above a usual step's norm. The run file has the same default. */
export const GRADIENT_LIMIT = 10;

/**
 * Trains `trainee.vector` and leaves the best epoch's weights in it.
 * The event loop turns after every step, so that a message to stop is heard. Going on from a checkpoint gives the
 * very weights that training without a break gives, on the same build of TensorFlow with as many threads.
 * @throws ThawError TRAINING_DIVERGED when a loss is no longer a number; PAUSED or WORKER_STOPPING when it was told
 *   to stop, with its checkpoint written
 */
export async function fit(trainee: Trainee, options: FitOptions): Promise<TrainingSummary> {
  const { vector, samples } = trainee;
  const { schedule = "cosine", clipNorm = GRADIENT_LIMIT, ema = 0, control } = options;
  const batchSize = Math.min(options.batchSize, samples);
  const stepsPerEpoch = Math.ceil(samples / batchSize);
  const budget = options.secondsBudget ?? Number.POSITIVE_INFINITY;
  const state = await resumeOrStart(trainee, ema, options.checkpoints);
  for (const change of state.changes) control?.applied(change);
  const writer = await checkpoints(trainee, options.checkpoints);
  const started = performance.now() - 1000 * state.seconds;
  let epochStarted = performance.now() - 1000 * state.epochSeconds;
  const elapsed = (): number => (performance.now() - started) / 1000;
  const course = (): Course => courseOf(options, state.changes);
  const total = (): number => stepsPerEpoch * course().epochs;
  // One step is always made: weights that were never trained would say nothing.
  const ended = (): boolean => state.done > 0 && (elapsed() >= budget || course().finished);
  const patient = (): boolean => state.history.length === 0 || state.stopping.waited < course().patience;
  /** Where the schedule stands, in steps. Under a time budget the clock moves it on, so that it ends with it. */
  const scheduled = (): number => Math.max(state.done, Math.floor(total() * Math.min(1, elapsed() / budget)));
  const checkpoint = async (): Promise<void> => {
    state.seconds = elapsed();
    state.epochSeconds = state.step === 0 ? 0 : (performance.now() - epochStarted) / 1000;
    await writer.write(state);
  };
  const betweenBatches = async (): Promise<void> => {
    const demands = applyControls(control, state);
    if (demands.checkpoint || demands.stop !== undefined || writer.due(false)) await checkpoint();
    if (demands.stop !== undefined) throw stopped(demands.stop);
  };

  while (state.epoch < course().epochs && patient() && !ended()) {
    const { epoch } = state;
    if (state.step === 0) epochStarted = performance.now();
    const order = permutation(samples, randomStream(options.seed, "shuffle", options.stage, epoch));
    for (; state.step < stepsPerEpoch; state.step++) {
      await betweenBatches();
      if (ended()) break;
      const { step } = state;
      const batch = Array.from(order.subarray(step * batchSize, (step + 1) * batchSize));
      const now = scheduledStep(schedule, scheduled(), total(), options.warmup);
      const factor = now.factor * course().rateFactor;
      const { updates, averageUpdates } = state;
      const share = averageUpdates === undefined ? undefined : averageShare(ema, averageUpdates);
      const update = { updates, factor, beta1: now.beta1, clipNorm, averageShare: share };
      const result = trainee.train(batch, { epoch, step }, update);
      if (!Number.isFinite(result.loss) || !Number.isFinite(result.norm)) {
        throw diverged(`the loss at epoch ${epoch + 1}, step ${step + 1}`);
      }
      state.updates += 1;
      if (averageUpdates !== undefined) state.averageUpdates = averageUpdates + 1;
      state.factor = factor;
      state.seen = {
        lossSum: state.seen.lossSum + result.loss * batch.length,
        correct: state.seen.correct + result.correct,
        images: state.seen.images + batch.length,
      };
      state.done += 1;
      const { lossSum, images } = state.seen;
      options.onProgress({
        ...progressOf(state, total(), elapsed(), { ...options, epochs: course().epochs }),
        loss: rounded(lossSum / images),
        imagesPerSecond: Math.round(images / ((performance.now() - epochStarted) / 1000)),
        images: batch.length,
      });
      await nextTurn();
    }
    const { lossSum, correct, images } = state.seen;
    if (images === 0) break;
    const { validation, averaged } = validateBoth(trainee, state);
    if (!Number.isFinite(validation.loss)) throw diverged(`the validation loss of epoch ${epoch + 1}`);
    const topRate = Math.max(...vector.layout.map((entry) => entry.learningRate));
    state.history.push({
      epoch: epoch + 1,
      loss: lossSum / images,
      accuracy: correct / images,
      validationLoss: validation.loss,
      validationAccuracy: validation.accuracy,
      learningRate: topRate * state.factor,
      seconds: (performance.now() - epochStarted) / 1000,
      ...(averaged ? { averaged } : {}),
    });
    state.stopping = afterEpoch(state.stopping, epoch + 1, validation.loss);
    if (state.stopping.bestEpoch === epoch + 1) {
      state.best = {
        weights: vector.read(averaged ? "average" : "weights"),
        extra: trainee.snapshotExtra?.(),
      };
    }
    options.onProgress(
      epochEnded(state, progressOf(state, total(), elapsed(), { ...options, epochs: course().epochs })),
    );
    state.step = 0;
    state.seen = noImagesYet;
    state.epoch += 1;
    if (writer.due(true)) await checkpoint();
  }

  vector.write("weights", state.best.weights);
  if (state.best.extra !== undefined) trainee.restoreExtra?.(state.best.extra);
  const { history, stopping } = state;
  return {
    history,
    bestEpoch: stopping.bestEpoch,
    validationLoss: stopping.bestLoss,
    validationAccuracy: history[stopping.bestEpoch - 1]?.validationAccuracy ?? 0,
    stoppedEarly: history.length < course().epochs,
    seconds: elapsed(),
    trainableParameters: vector.length,
  };
}

/** Validates the weights and, if there is one, their average; the lower loss counts. */
function validateBoth(
  trainee: Trainee,
  { averageUpdates }: FitState,
): { readonly validation: ValidationResult; readonly averaged: boolean } {
  const validation = trainee.validate();
  if (averageUpdates === undefined) return { validation, averaged: false };
  const ofAverage = trainee.validate("average");
  return ofAverage.loss < validation.loss
    ? { validation: ofAverage, averaged: true }
    : { validation, averaged: false };
}

function diverged(what: string): ThawError {
  return new ThawError("TRAINING_DIVERGED", `${what} is no longer a number`, {
    hint: "lower the learning rate of this stage",
  });
}
