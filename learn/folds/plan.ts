/** How many folds a run has: as asked for, or by how little a hold-out of this set can say. */

import { AUTO_FOLDS } from "../../spec/pipeline/stages.js";
import type { FoldDecision } from "../../spec/records/folds.js";
import type { EvaluationSpec } from "../../spec/runFile/runFile.js";
import { fewestGroups } from "../transferability/folds.js";
import { type Foldable, foldSplits } from "./splits.js";

/**
 * Held-out images below which `auto` cross-validates. With 60 of them (300 images at the default share) the 95 %
 * Wilson interval of an accuracy of 90 % goes from 79.9 to 95.3 %: whether fine-tuning was worth its 5 points is
 * beyond what such a hold-out can say.
 */
const FEW_HELD_OUT = 60;
/** One image of a class to train on, one to validate on, one to hold out. */
const FEWEST_GROUPS = 3;

interface Question {
  readonly asked: EvaluationSpec["folds"];
  readonly records: readonly Foldable[];
  readonly classes: readonly string[];
  /** Whether the user's manifest or folders say which images are held out. */
  readonly ownSplits: boolean;
  /** Images for training and validation that the base was tuned with before. */
  readonly knownToBase: number;
  readonly seed: number;
}

/** A pure function of its arguments; groups of images count once, since they are never divided. */
export function planFolds({ asked, records, classes, ownSplits, knownToBase, seed }: Question): FoldDecision {
  const heldOut = records.filter(({ split }) => split === "test").length;
  if (asked === 0) return none("the run file asks for none (evaluation.folds: 0)");
  if (knownToBase > 0)
    return none(
      `no folds: the base was tuned with ${knownToBase} of these images, and a fold would hold out what it knows`,
    );
  if (asked === "auto" && ownSplits)
    return none(
      "no folds: the images came with splits that say which are held out; evaluation.folds: 5 would mix them",
    );
  if (asked === "auto" && heldOut >= FEW_HELD_OUT)
    return none(`no folds: ${heldOut} held-out images are enough for a usable interval`);
  const wanted = asked === "auto" ? AUTO_FOLDS : asked;
  const labels = records.map(({ label }) => label);
  const groups = records.map(({ group }) => group);
  const fewest = fewestGroups(labels, groups, classes.length);
  if (fewest < FEWEST_GROUPS)
    return none(
      `no folds: ${smallest(records, classes)} has ${fewest} ${fewest === 1 ? "image or group" : "images or groups"} of its own, and three are needed`,
    );
  for (let count = Math.min(wanted, fewest); count > 1; count--) {
    if (
      foldSplits(records, classes.length, count, seed).some((splits) => !isUsable(records, splits, classes))
    )
      continue;
    const lowered =
      count < wanted ? `, not ${wanted}: ${smallest(records, classes)} has no more to spread` : "";
    const why = asked === "auto" ? `only ${heldOut} images are held out` : "the run file asks for folds";
    return { count, reason: `${count} folds${lowered}; ${why}` };
  }
  return none(
    "no folds: groups of images hold so much of a class that some fold could not train or validate",
  );
}

const none = (reason: string): FoldDecision => ({ count: 0, reason });

/** Every class can be learned, and there is something to validate on and to hold out. */
function isUsable(
  records: readonly Foldable[],
  splits: readonly string[],
  classes: readonly string[],
): boolean {
  const labelsIn = (wanted: string): Set<number> =>
    new Set(records.flatMap(({ label }, image) => (splits[image] === wanted ? [label] : [])));
  return (
    labelsIn("train").size === classes.length && labelsIn("validation").size > 0 && labelsIn("test").size > 0
  );
}

/** Name of the class whose images are in fewest groups. */
function smallest(records: readonly Foldable[], classes: readonly string[]): string {
  const counts = classes.map(
    (_, c) => new Set(records.flatMap(({ label, group }) => (label === c ? [group] : []))).size,
  );
  return `class ${classes[counts.indexOf(Math.min(...counts))] ?? ""}`;
}
