/** The gate at the end of a stage of unfreezing: keep what it trained, or go back to what it was given. */
import type { RandomStream } from "../../rng/stream.js";
import type { ValidationResult } from "../training/trainee.js";
import { signFlipTest } from "./signFlip.js";

/**
 * A fall of the loss counts as real when chance alone gives one as large less often than this. Stages that help and are
 * rolled back cost as much as stages that harm and are kept, so the usual 0.05 would be too strict: see "The rule of the
 * gate" in `bench/README.md`.
 */
const LOSS_LEVEL = 0.1;
/** The same for the images that changed sides, which overrule the loss. */
const ACCURACY_LEVEL = 0.05;

export interface GateDecision {
  readonly kept: boolean;
  /** Sentence that says why. */
  readonly verdict: string;
}

/**
 * Compares the same validation images before and after by two paired tests. The stage is kept when the mean loss fell
 * significantly and accuracy did not get significantly worse, or when accuracy got significantly better. The loss has
 * a say of its own because every image counts in it, while right or wrong changes for few; it is its mean that is
 * tested and not its ranks, because the few losses that grow much are the mistakes to come. Losses are taken at each
 * network's own temperature: training on few images makes a network too sure of itself before it makes it worse, and
 * the temperature that the evaluation fits takes just that away. What is handed on thus has a lower loss than all that
 * was handed on before, unless accuracy speaks for more. Level and rule were chosen by `bench/gate/gateRules.ts`.
 * @param stream random signs for the test of the loss; used up
 */
export function gate(before: ValidationResult, after: ValidationResult, stream: RandomStream): GateDecision {
  const { better, worse } = changedImages(before.correct, after.correct);
  const rose = binomialTail(better, better + worse);
  const fell = binomialTail(worse, better + worse);
  const [lossesBefore, lossesAfter] = [before.calibratedLosses(), after.calibratedLosses()];
  const falls = lossesBefore.map((loss, image) => loss - (lossesAfter[image] ?? Number.NaN));
  const lossFell = signFlipTest(falls, stream);
  const proven = lossFell < LOSS_LEVEL;
  const kept = rose < ACCURACY_LEVEL || (proven && fell >= ACCURACY_LEVEL);
  const percent = ({ accuracy }: ValidationResult): string => `${(100 * accuracy).toFixed(1)} %`;
  const numbers =
    `validation ${percent(before)} → ${percent(after)} (${better} better, ${worse} worse), ` +
    `calibrated loss ${mean(lossesBefore).toFixed(3)} → ${mean(lossesAfter).toFixed(3)}`;
  const byLoss = proven === kept;
  const what = byLoss
    ? `${kept ? "" : "not proven that "}the loss fell`
    : `accuracy ${kept ? "rose" : "fell"}`;
  const test = byLoss ? `sign-flip test, ${pText(lossFell)}` : `McNemar's test, ${pText(kept ? rose : fell)}`;
  return {
    kept,
    verdict: `${kept ? "kept" : "rolled back"}: ${numbers}; ${what} (${test}, ${falls.length} images)`,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function pText(p: number): string {
  return p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`;
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
