/** The training loop: shuffled batches, AdamW, validation, early stopping with the best weights restored. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { permutation, randomStream } from "../../rng/stream.js";
import { ThawError } from "../../spec/errors.js";
import type { EpochRecord, Progress, TrainingSummary } from "../../spec/training.js";
import { adamWState, adamWUpdate, clipGradients } from "./adamw.js";
import { afterEpoch, noEpochYet } from "./earlyStopping.js";
import { cosineWithWarmup } from "./schedule.js";
import type { TrainableVector } from "./trainable.js";

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
  readonly loss: number;
  /** In [0, 1]. */
  readonly accuracy: number;
  /** Whether each image is predicted rightly, in the order of the validation images. */
  readonly correct: readonly boolean[];
}

/** What is trained: loss and gradients of a batch, and the validation of the current weights. */
export interface Trainee {
  /** Training images. */
  readonly samples: number;
  readonly vector: TrainableVector;
  step(batch: readonly number[], position: StepPosition): StepResult;
  validate(): ValidationResult;
  /** State besides the vector that belongs to the best weights (running statistics), if there is any. */
  snapshotExtra?(): unknown;
  restoreExtra?(extra: unknown): void;
}

export interface FitOptions {
  readonly epochs: number;
  readonly patience: number;
  readonly batchSize: number;
  readonly warmup: number;
  readonly seed: number;
  /** Number of the stage, part of the coordinates of every random draw. */
  readonly stage: number;
  /** Stop after this many seconds of training, whatever the epoch. */
  readonly secondsBudget?: number;
  readonly onProgress: (progress: Progress) => void;
}

/** Largest global gradient norm; a guard against single wild batches, far above a usual step's norm. */
const GRADIENT_LIMIT = 10;

/**
 * Trains `trainee.vector.values` in place and leaves the best epoch's weights in it.
 * The event loop turns after every step, so that a message to stop is heard.
 * @throws ThawError TRAINING_DIVERGED when a loss is no longer a number
 */
export async function fit(trainee: Trainee, options: FitOptions): Promise<TrainingSummary> {
  const { vector, samples } = trainee;
  const batchSize = Math.min(options.batchSize, samples);
  const stepsPerEpoch = Math.ceil(samples / batchSize);
  const total = stepsPerEpoch * options.epochs;
  const optimizer = adamWState(vector.values.length);
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  const budget = options.secondsBudget ?? Number.POSITIVE_INFINITY;
  let done = 0;
  // One step is always made: weights that were never trained would say nothing.
  const outOfTime = (): boolean => done > 0 && elapsed() >= budget;
  /** Where the schedule stands, in steps. Under a time budget the clock moves it on, so that it ends with it. */
  const scheduled = (): number => Math.max(done, Math.floor(total * Math.min(1, elapsed() / budget)));

  const history: EpochRecord[] = [];
  let stopping = noEpochYet;
  let best = vector.values.slice();
  let bestExtra = trainee.snapshotExtra?.();

  for (let epoch = 0; epoch < options.epochs; epoch++) {
    const epochStarted = performance.now();
    const order = permutation(samples, randomStream(options.seed, "shuffle", options.stage, epoch));
    let lossSum = 0;
    let correct = 0;
    let seen = 0;
    let factor = 0;
    for (let step = 0; step < stepsPerEpoch && !outOfTime(); step++) {
      const batch = Array.from(order.subarray(step * batchSize, (step + 1) * batchSize));
      factor = cosineWithWarmup(scheduled(), total, options.warmup);
      const result = trainee.step(batch, { epoch, step });
      const norm = clipGradients(result.gradients, GRADIENT_LIMIT);
      if (!Number.isFinite(result.loss) || !Number.isFinite(norm)) {
        throw diverged(`the loss at epoch ${epoch + 1}, step ${step + 1}`);
      }
      adamWUpdate(vector.values, vector.layout, result.gradients, optimizer, factor);
      lossSum += result.loss * batch.length;
      correct += result.correct;
      seen += batch.length;
      done += 1;
      options.onProgress({
        ...progressOf(epoch, done, total, elapsed(), options),
        loss: round(lossSum / seen),
        ...lastAccuracy(history),
        imagesPerSecond: Math.round(seen / ((performance.now() - epochStarted) / 1000)),
      });
      await nextTurn();
    }
    if (seen === 0) break;
    const validation = trainee.validate();
    if (!Number.isFinite(validation.loss)) throw diverged(`the validation loss of epoch ${epoch + 1}`);
    const topRate = Math.max(...vector.layout.map((entry) => entry.learningRate));
    history.push({
      epoch: epoch + 1,
      loss: lossSum / seen,
      accuracy: correct / seen,
      validationLoss: validation.loss,
      validationAccuracy: validation.accuracy,
      learningRate: topRate * factor,
      seconds: (performance.now() - epochStarted) / 1000,
    });
    stopping = afterEpoch(stopping, epoch + 1, validation.loss);
    if (stopping.bestEpoch === epoch + 1) {
      best = vector.values.slice();
      bestExtra = trainee.snapshotExtra?.();
    }
    if (stopping.waited >= options.patience || outOfTime()) break;
  }

  vector.values.set(best);
  trainee.restoreExtra?.(bestExtra);
  const bestRecord = history[stopping.bestEpoch - 1];
  return {
    history,
    bestEpoch: stopping.bestEpoch,
    validationLoss: stopping.bestLoss,
    validationAccuracy: bestRecord?.validationAccuracy ?? 0,
    stoppedEarly: history.length < options.epochs,
    seconds: elapsed(),
    trainableParameters: vector.values.length,
  };
}

function diverged(what: string): ThawError {
  return new ThawError("TRAINING_DIVERGED", `${what} is no longer a number`, {
    hint: "lower the learning rate of this stage",
  });
}

/** How far training is: in steps, or in seconds where the time decides. */
function progressOf(
  epoch: number,
  done: number,
  total: number,
  seconds: number,
  { epochs, secondsBudget }: FitOptions,
): Pick<Progress, "phase" | "step" | "total" | "etaSeconds"> {
  if (secondsBudget === undefined) {
    const etaSeconds = Math.round((seconds / done) * (total - done));
    return { phase: `epoch ${epoch + 1}/${epochs}`, step: done, total, etaSeconds };
  }
  const whole = Math.round(secondsBudget);
  const step = Math.min(Math.round(seconds), whole);
  return { phase: `epoch ${epoch + 1}, seconds`, step, total: whole, etaSeconds: whole - step };
}

function lastAccuracy(history: readonly EpochRecord[]): Pick<Progress, "validationAccuracy"> {
  const last = history.at(-1);
  return last === undefined ? {} : { validationAccuracy: round(last.validationAccuracy) };
}

/** Four significant digits: progress is read by people. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
