/** The gate at the end of a stage of unfreezing: keep what it trained, or go back to what it was given. */

import type { RandomStream } from "../../rng/stream.js";
import type { GateSpec } from "../../spec/runFile/gate.js";
import { DEFAULT_GATE } from "../../spec/runFile/identities.js";
import { pText } from "../../spec/text/pText.js";
import type { ValidationResult } from "../training/trainee.js";
import { pairedChange, sumsByGroup } from "./byGroup.js";
import { signFlipTest } from "./signFlip.js";

/** For the images that changed sides, which overrule the loss. */
const ACCURACY_LEVEL = 0.05;

export interface GateDecision {
  readonly kept: boolean;
  /** Sentence that says why. */
  readonly verdict: string;
}

/**
 * Compares the same validation images before and after by two paired tests. The stage is kept when the mean loss fell
 * significantly and accuracy did not get significantly worse, or when accuracy got significantly better. A fall of the
 * loss counts when chance alone gives one as large less often than the level: by default 0.1 and not the usual 0.05, for
 * stages that help and are rolled back cost as much as stages that harm and are kept. The loss has
 * a say of its own because every image counts in it, while right or wrong changes for few; it is its mean that is
 * tested and not its ranks, because the few losses that grow much are the mistakes to come. Losses are taken at each
 * network's own temperature: training on few images makes a network too sure of itself before it makes it worse, and
 * the temperature that the evaluation fits takes just that away. What is handed on thus has a lower loss than all that
 * was handed on before, unless accuracy speaks for more. Where images share groups, groups are what is tested: twenty
 * pictures of one patient are no twenty proofs. Level and rule were chosen by `bench/gate/gateRules.ts`.
 * @param stream random signs for the tests; used up
 * @param spec another level, or another rule: accuracy alone, or no test at all
 * @param groups of each validation image the group it is in; each its own when left out
 */
export function gate(
  before: ValidationResult,
  after: ValidationResult,
  stream: RandomStream,
  { level, rule }: GateSpec = DEFAULT_GATE,
  groups: readonly string[] = before.correct.map((_, image) => String(image)),
): GateDecision {
  const { better, worse, rose, fell } = pairedChange(before.correct, after.correct, groups, stream);
  const [lossesBefore, lossesAfter] = [before.calibratedLosses(), after.calibratedLosses()];
  const falls = lossesBefore.map((loss, image) => loss - (lossesAfter[image] ?? Number.NaN));
  const voices = sumsByGroup(falls, groups);
  const lossFell = signFlipTest(voices, stream);
  const grouped = voices.length < falls.length;
  const mcnemar = grouped ? "sign-flip test of right and wrong" : "McNemar's test";
  const images = `${falls.length} images${grouped ? ` in ${voices.length} groups` : ""}`;
  const percent = ({ accuracy }: ValidationResult): string => `${(100 * accuracy).toFixed(1)} %`;
  const numbers =
    `validation ${percent(before)} → ${percent(after)} (${better} better, ${worse} worse), ` +
    `calibrated loss ${mean(lossesBefore).toFixed(3)} → ${mean(lossesAfter).toFixed(3)}`;
  const decided = (kept: boolean, why: string): GateDecision => ({
    kept,
    verdict: `${kept ? "kept" : "rolled back"}: ${numbers}; ${why}`,
  });
  const because = (test: string, p: number, at: number): string =>
    `(${test}, ${pText(p)} at level ${at}, ${images})`;
  if (rule === "always") {
    // What is no number is no result, whatever the rule.
    return falls.every(Number.isFinite)
      ? decided(true, "every stage is kept (unfreeze.gate), nothing was tested")
      : decided(false, "the loss is no number");
  }
  if (rule === "accuracy") {
    const proven = rose < level;
    const what = `${proven ? "" : "not proven that "}accuracy rose`;
    return decided(proven, `${what} ${because(mcnemar, rose, level)}`);
  }
  const proven = lossFell < level;
  const kept = rose < ACCURACY_LEVEL || (proven && fell >= ACCURACY_LEVEL);
  if (proven === kept) {
    const what = `${kept ? "" : "not proven that "}the loss fell`;
    return decided(kept, `${what} ${because("sign-flip test", lossFell, level)}`);
  }
  const what = `accuracy ${kept ? "rose" : "fell"}`;
  return decided(kept, `${what} ${because(mcnemar, kept ? rose : fell, ACCURACY_LEVEL)}`);
}

/**
 * How many images, or groups of them, a stage has to speak for itself on: with all of so many signs on one side a
 * one-sided sign-flip test comes out below the level, 2^-k < level, and with one fewer it cannot. McNemar's test is the same.
 * @param level in (0, 1)
 */
export function fewestToProve(level: number): number {
  return Math.floor(-Math.log2(level)) + 1;
}

/** Images, or groups, that a stage has to right before it is shown to be more accurate; none where nothing is tested. */
export function fewestToRight({ level, rule }: GateSpec): number {
  if (rule === "always") return 0;
  return fewestToProve(rule === "accuracy" ? level : ACCURACY_LEVEL);
}

/** Validation images, or groups, without which not even a perfect stage is kept; none where nothing is tested. */
export function fewestToKeep({ level, rule }: GateSpec): number {
  if (rule === "always") return 0;
  return fewestToProve(rule === "accuracy" ? level : Math.max(level, ACCURACY_LEVEL));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
