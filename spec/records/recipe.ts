/** What the `recipe` stage measures and decides. */
import type { FoldDecision } from "./folds.js";
import type { LabelSuspects } from "./labelSuspects.js";
import type { LearningCurve } from "./learningCurve.js";
import type { SuspectedCopies } from "./suspectedCopies.js";

/** A cross-validated linear classifier on some features. */
export interface ProbeResult {
  /** Share of images predicted right in [0, 1], with its 95 % Wilson interval. */
  readonly accuracy: number;
  readonly interval: readonly [number, number];
  /** Mean of the classes' recalls. */
  readonly balancedAccuracy: number;
}

/**
 * Squared Fréchet distance between the images and those of the base's pretraining, at the inputs of the batch norms,
 * in units of the pretraining's variance; 0 is the pretraining itself. The error is one standard error.
 */
export interface DomainDistance {
  /** Images measured, one of each group. */
  readonly images: number;
  /** Mean of the layer groups. */
  readonly distance: number;
  readonly error: number;
  /** From the input to the top. */
  readonly groups: readonly { readonly name: string; readonly distance: number; readonly error: number }[];
}

/** What there is on the validation images for a stage of unfreezing to show: the probe's errors on them, out of fold. */
export interface Headroom {
  readonly images: number;
  /** Groups that these images are in: what the gate's tests count. */
  readonly groups: number;
  /** Of the groups those with an image that the probe gets wrong; where not all were probed, in proportion. */
  readonly wrong: number;
}

/** The evidence: everything is measured on training and validation images, never on the held-out ones. */
export interface RecipeEvidence {
  /** Images measured: all but the held-out ones, or a stratified part of them where there are many. */
  readonly images: number;
  /** Images of the training split, in all and in the class that has fewest. */
  readonly trainImages: number;
  readonly smallestClass: { readonly name: string; readonly images: number };
  readonly classes: number;
  /** Folds of the cross-validation. */
  readonly folds: number;
  /** Accuracy of always naming the most frequent class. */
  readonly majority: number;
  /** On the base's features. */
  readonly probe: ProbeResult;
  /** The rival, on 8 × 8 mean colours. */
  readonly colours: ProbeResult;
  /** Leave-one-out accuracy of the nearest neighbours in the base's features. */
  readonly neighbours: number;
  readonly logMe: number;
  readonly hScore: number;
  /** Absent in artifacts from before it was measured, and where there are not two images that are no copies. */
  readonly domain?: DomainDistance;
  /** Absent in evidence of version 1, and where a class is too small for it. */
  readonly learningCurve?: LearningCurve;
  /** Absent in evidence from before it was looked at. */
  readonly headroom?: Headroom;
  /** Pictures whose copies the user's own splits tear apart and nobody repaired; absent when there are none. */
  readonly leaks?: number;
  /** Images measured that the base itself was tuned with; absent when there are none. */
  readonly known?: number;
}

/** The features' worth: how well the base's features suit the images for the task, in words. */
export type Compatibility = "suits" | "suits partly" | "does not suit";

/** How far the images lie from the base's pretraining, in words, and what of the network that speaks for tuning. */
export interface DomainVerdict {
  readonly verdict: "near" | "grey" | "far";
  readonly sentence: string;
  readonly advice: string;
}

export interface RecipeDecision {
  readonly choice: "extractor-only" | "staged" | "unlearnable";
  /** How many of the run file's stages of unfreezing may run. */
  readonly stages: number;
  /** Stages that the run file asks for. */
  readonly planned: number;
  /** Name of the rule that decided, see `learn/evidence/decision.ts`. */
  readonly rule: string;
  /** One sentence that says why, with the figures. */
  readonly reason: string;
  /** One sentence that says what would help, if anything is held back. */
  readonly help?: string;
  /** Absent in decisions of version 1, which had no folds. */
  readonly folds?: FoldDecision;
}

export interface RecipeSummary {
  readonly evidence: RecipeEvidence;
  readonly compatibility: { readonly verdict: Compatibility; readonly sentence: string };
  /** There where `evidence.domain` is. */
  readonly domain?: DomainVerdict;
  readonly decision: RecipeDecision;
  // What follows is absent in recipes of version 1.
  /** What more images would buy, in one sentence. */
  readonly advice?: string;
  /** Among training and validation images, by the out-of-fold probabilities of the probe. */
  readonly labelSuspects?: LabelSuspects;
  /** Across the splits, by the base's features. */
  readonly copies?: SuspectedCopies;
}
