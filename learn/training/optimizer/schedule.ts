/** Learning rate schedules, as factors on the peak rate, and the momentum that goes with them. */
import type { UnfreezeSpec } from "../../../spec/runFile/runFile.js";
import { BETA1 } from "./adamw.js";

export type ScheduleName = UnfreezeSpec["schedule"];

/** What the optimizer does differently from step to step. */
export interface ScheduledStep {
  /** Factor on the peak rates, in (0, 1]. */
  readonly factor: number;
  /** Decay of AdamW's first moment. */
  readonly beta1: number;
}

/**
 * @param step from 0; steps past the end stay at the last one
 * @param total steps in all
 * @param warmup share of the steps in which the rates rise, in [0, 1]
 */
export function scheduledStep(
  name: ScheduleName,
  step: number,
  total: number,
  warmup: number,
): ScheduledStep {
  switch (name) {
    case "cosine":
      return { factor: cosineWithWarmup(step, total, warmup), beta1: BETA1 };
    case "one-cycle":
      return oneCycle(step, total, warmup);
    case "constant":
      return { factor: constantWithWarmup(step, total, warmup), beta1: BETA1 };
  }
}

/** Steps that warm up; the last step never does. */
function warmSteps(total: number, warmup: number): number {
  return Math.min(Math.floor(total * warmup), total - 1);
}

/**
 * Linear warm-up, then a half cosine to zero (Loshchilov & Hutter, "SGDR", ICLR 2017, without restarts).
 * @param step from 0
 * @param total steps in all
 * @param warmup share of the steps that warm up, in [0, 1]
 * @returns factor in (0, 1]; 0 is only reached after the last step
 */
export function cosineWithWarmup(step: number, total: number, warmup: number): number {
  const warm = warmSteps(total, warmup);
  if (step < warm) return (step + 1) / warm;
  return 0.5 * (1 + Math.cos((Math.PI * (step - warm)) / Math.max(1, total - warm)));
}

/** Linear warm-up like {@link cosineWithWarmup}, then the peak rate to the end. */
function constantWithWarmup(step: number, total: number, warmup: number): number {
  return Math.min(1, (step + 1) / Math.max(1, warmSteps(total, warmup)));
}

/** A cycle starts at a 25th of the peak and ends at a 10 000th of that: `OneCycleLR` of PyTorch, `div` of fastai. */
const START_FACTOR = 1 / 25;
const END_FACTOR = START_FACTOR / 1e4;
/** Momentum falls while the rate rises, and rises while it falls (both libraries). */
const HIGH_MOMENTUM = 0.95;
const LOW_MOMENTUM = 0.85;

/**
 * One cycle (Smith & Topin, "Super-convergence", 2018) in the form of PyTorch's `OneCycleLR` with two phases
 * and cosine annealing: up in the first `warmup · total` steps, then down; the momentum runs the other way.
 */
function oneCycle(step: number, total: number, warmup: number): ScheduledStep {
  const peak = warmup * total - 1;
  const at = Math.min(step, total - 1);
  if (at <= peak) {
    const done = peak <= 0 ? 1 : at / peak;
    return {
      factor: cosineBetween(START_FACTOR, 1, done),
      beta1: cosineBetween(HIGH_MOMENTUM, LOW_MOMENTUM, done),
    };
  }
  const start = Math.max(0, peak);
  const done = (at - start) / Math.max(1, total - 1 - start);
  return {
    factor: cosineBetween(1, END_FACTOR, done),
    beta1: cosineBetween(LOW_MOMENTUM, HIGH_MOMENTUM, done),
  };
}

/** From `start` to `end` along half a cosine. @param done share of the way, in [0, 1] */
function cosineBetween(start: number, end: number, done: number): number {
  return end + ((start - end) / 2) * (1 + Math.cos(Math.PI * done));
}

/**
 * Differential learning rates: the top group learns at `top`, each group below `decay` times slower
 * (discriminative fine-tuning, Howard & Ruder, "ULMFiT", ACL 2018, where `decay` is 2.6).
 * @param depth distance of the group from the top group, from 0
 */
export function groupRate(top: number, decay: number, depth: number): number {
  return top / decay ** depth;
}
