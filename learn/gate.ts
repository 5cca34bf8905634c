/** The gate at the end of a stage of unfreezing: keep what it trained, or go back to what it was given. */
import type { ValidationResult } from "./training/fit.js";

/** A loss of accuracy counts as real when chance alone gives one as large less often than this. */
const SIGNIFICANCE = 0.05;

export interface GateDecision {
  readonly kept: boolean;
  /** Sentence that says why. */
  readonly verdict: string;
}

/**
 * Compares the same validation images before and after. The stage is kept when its loss is the lowest so far and
 * accuracy did not get significantly worse, or when accuracy got significantly better: on few images one of
 * them more or less means nothing, while the loss sees every image. Hence the loss that is handed on is the
 * lowest of all stages, unless accuracy speaks for more.
 */
export function gate(before: ValidationResult, after: ValidationResult): GateDecision {
  const { better, worse } = changedImages(before.correct, after.correct);
  const changed = better + worse;
  const kept =
    binomialTail(better, changed) < SIGNIFICANCE ||
    (after.loss < before.loss && binomialTail(worse, changed) >= SIGNIFICANCE);
  const percent = ({ accuracy }: ValidationResult): string => `${(100 * accuracy).toFixed(1)} %`;
  const numbers =
    `validation ${percent(before)} → ${percent(after)} (${better} better, ${worse} worse), ` +
    `loss ${before.loss.toFixed(3)} → ${after.loss.toFixed(3)}`;
  return { kept, verdict: `${kept ? "kept" : "rolled back"}: ${numbers}` };
}

/** Images that became right, and images that became wrong. */
export function changedImages(
  before: readonly boolean[],
  after: readonly boolean[],
): { readonly better: number; readonly worse: number } {
  const became = (right: boolean): number =>
    after.filter((correct, image) => correct === right && before[image] !== right).length;
  return { better: became(true), worse: became(false) };
}

/**
 * Probability of at least `successes` heads in `trials` fair tosses: the one-sided exact form of McNemar's
 * test (Psychometrika 1947) on the images whose prediction changed sides.
 */
export function binomialTail(successes: number, trials: number): number {
  let probability = 0;
  let logOfTerm = -trials * Math.LN2;
  for (let k = 0; k <= trials; k++) {
    if (k >= successes) probability += Math.exp(logOfTerm);
    logOfTerm += Math.log((trials - k) / (k + 1));
  }
  return Math.min(1, probability);
}
