/** A range test before a stage (Smith, "Cyclical learning rates", WACV 2017) that may lower its rates. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { permutation, randomStream } from "../../../rng/stream.js";
import type { Progress, RateFinding } from "../../../spec/records/training.js";
import { startMoments } from "../step/trainable.js";
import type { Trainee } from "../trainee.js";
import { BETA1 } from "./adamw.js";

/** Ten batches for each power of ten of the rate. */
const STEPS = 40;
const LOWEST_FACTOR = 1e-4;
/** Share of the smoothed loss that a batch leaves as it was: about five batches count. */
const SMOOTHING = 0.8;
/** The test ends when the loss is this many times its lowest value, as in fastai's `lr_find`. */
const BLOW_UP = 4;
/**
 * The loss still counts as lowest when it is this many times its lowest value. After the head's training it is flat
 * and noisy up to the rate at which it takes off, so that the place of the minimum itself would be chance.
 */
const AS_LOW = 1.1;
/**
 * The smoothed loss lags a batch or two behind the rate, a tenth of a power of ten each. On two parts of the sign
 * digits with rates × 100, half moved the validation loss by +0.05 and −0.16, a tenth (fastai's "minimum" suggestion)
 * by +0.02 and +0.04: it learned too little.
 */
const BELOW_LOWEST = 2;

export interface RateSearchOptions {
  readonly batchSize: number;
  readonly clipNorm: number;
  readonly seed: number;
  readonly stage: number;
  /** An epoch that training does not reach, so that the test's draws are no training step's. */
  readonly epoch: number;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Trains on some dozens of batches while a factor on all rates grows from 1/10 000 to 1, then puts the weights
 * back, bit for bit. It is a brake: where the loss does not blow up the rates stay as they are.
 */
export async function findRate(trainee: Trainee, options: RateSearchOptions): Promise<RateFinding> {
  const { vector, samples } = trainee;
  const { seed, stage, epoch } = options;
  const started = performance.now();
  const weights = vector.read("weights");
  const extra = trainee.snapshotExtra?.();
  startMoments(vector);
  const order = permutation(samples, randomStream(seed, "rate-finder", stage));
  const batchSize = Math.min(options.batchSize, samples);
  const points: { factor: number; loss: number }[] = [];
  let sum = 0;
  let isNumber = true;
  try {
    for (let step = 0; step < STEPS && isNumber && !hasBlownUp(points); step++) {
      const at = step * batchSize;
      const batch = Array.from({ length: batchSize }, (_, i) => order[(at + i) % samples] ?? 0);
      const factor = LOWEST_FACTOR ** (1 - step / (STEPS - 1));
      const update = { updates: step, factor, beta1: BETA1, clipNorm: options.clipNorm };
      const { loss, norm } = trainee.train(batch, { epoch, step }, update);
      isNumber = Number.isFinite(loss) && Number.isFinite(norm);
      if (!isNumber) continue;
      sum = SMOOTHING * sum + (1 - SMOOTHING) * loss;
      // Divided by the weights' sum, so that the first batches count in full.
      points.push({ factor, loss: sum / (1 - SMOOTHING ** (step + 1)) });
      options.onProgress({ phase: "range test of the rates", step: step + 1, total: STEPS });
      await nextTurn();
    }
  } finally {
    vector.write("weights", weights);
    if (extra !== undefined) trainee.restoreExtra?.(extra);
  }
  return { factor: chosenFactor(points, isNumber), points, seconds: (performance.now() - started) / 1000 };
}

type Points = RateFinding["points"];

function lowest(points: Points): Points[number] | undefined {
  return points.reduce<Points[number] | undefined>(
    (best, point) => (best === undefined || point.loss < best.loss ? point : best),
    undefined,
  );
}

function hasBlownUp(points: Points): boolean {
  const last = points.at(-1);
  const best = lowest(points);
  if (last === undefined || best === undefined) return false;
  return last.loss > BLOW_UP * best.loss;
}

/**
 * 1 where the loss did not blow up; else half the last factor before it took off.
 * @param points in order
 * @param isNumber false when the test ended because the next loss was none
 */
export function chosenFactor(points: Points, isNumber: boolean): number {
  const best = lowest(points);
  if (best === undefined || (isNumber && !hasBlownUp(points))) return 1;
  const last = points.findLast(({ loss }) => loss <= AS_LOW * best.loss) ?? best;
  return last.factor / BELOW_LOWEST;
}
