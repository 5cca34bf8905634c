/** Champion against challenger: what was compared, and what it proves. */

import type { ModelSpec } from "../runFile/model.js";

/** What a challenger has to show; section `model` of the run file. */
export interface ProofPolicy {
  /** `better`: more often right, by McNemar's exact test. `not-worse`: the interval of the difference lies above −margin. */
  readonly rule: "better" | "not-worse";
  /** Accuracy that a challenger which is not worse may lack, in [0, 1]; on few images the champion's own uncertainty. */
  readonly margin: number;
  /** Recall that a class may lose at most, in [0, 1], where it is proven that it loses. */
  readonly classMargin: number;
  /** Probability of a wrong proof, over all looks at the same images. */
  readonly level: number;
  /** Looks at the same images that the level is spent on. */
  readonly looks: number;
}

/** The run file's words for it. */
export function policyOf({ rule, margin, class_margin, level, looks }: ModelSpec): ProofPolicy {
  return { rule, margin, classMargin: class_margin, level, looks };
}

/** Fewer images of a class than this say nothing of it; fewer images in all say nothing of the model. */
export const LEAST_IMAGES = 20;

export const PROOF_VERDICTS = [
  "better",
  "not-worse",
  "worse",
  "class-worse",
  /** On the images that are new since the champion. */
  "newest-worse",
  "class-gone",
  "cannot-say",
  "looks-spent",
  "leaks",
] as const;
export type ProofVerdict = (typeof PROOF_VERDICTS)[number];

export interface ClassProof {
  readonly name: string;
  readonly images: number;
  /** Recall in [0, 1]. */
  readonly champion: number;
  readonly challenger: number;
  /** That the class loses by chance: one-sided, exact, adjusted for the number of classes (Holm); 1 with too few images. */
  readonly pWorse: number;
  readonly verdict: "held" | "worse" | "cannot-say";
}

/** Both versions on the challenger's test images that are new since the champion: a veto, and no second chance. */
export interface NewestProof {
  readonly images: number;
  readonly verdict: "held" | "worse" | "cannot-say";
  /** With the figures. */
  readonly sentence: string;
  /** Absent, like all that follows, where the champion was not asked; as in a {@link Judgement}. */
  readonly groups?: number;
  readonly champion?: number;
  readonly challenger?: number;
  readonly onlyChampion?: number;
  readonly onlyChallenger?: number;
  readonly interval?: readonly [number, number];
  readonly pWorse?: number;
  /** Of the champion's answers. */
  readonly record?: string;
}

/** What the comparison comes to; a pure function of answers, policy and looks. */
export interface Judgement {
  readonly verdict: ProofVerdict;
  /** Whether the policy lets it be promoted without anybody being asked. */
  readonly promotable: boolean;
  /** One sentence with the figures. */
  readonly sentence: string;
  /** What speaks against promotion besides the sentence, one each. */
  readonly vetoes: readonly string[];
  /** Images that both held out with the same label, and groups of them that must not be torn apart. */
  readonly images: number;
  readonly groups: number;
  /** Accuracies in [0, 1]. */
  readonly champion: number;
  readonly challenger: number;
  readonly onlyChampion: number;
  readonly onlyChallenger: number;
  /** Of challenger − champion, at confidence 1 − 2 × {@link levelOfLook}. */
  readonly interval: readonly [number, number];
  /** The margin that was asked for, or the champion's own uncertainty where that is more. */
  readonly margin: number;
  /** That the challenger is as often right and chance made the difference: one-sided. */
  readonly pBetter: number;
  readonly pWorse: number;
  readonly classes: readonly ClassProof[];
  /** Classes that only the champion, and that only the challenger knows: nothing was compared on their images. */
  readonly gone?: readonly string[];
  readonly appeared?: readonly string[];
  /** Absent where no image is new, and in proofs of older versions. */
  readonly newest?: NewestProof;
  /** Number of this look at these images, from 1, and the part of the level that it has. */
  readonly look: number;
  readonly levelOfLook: number;
}

/** An entry of a model's list of proofs, `models/NAME/proofs/NNNNNN.json`: a look at the evaluation images each. */
export interface ModelProof extends Judgement {
  /** From 1. */
  readonly seq: number;
  readonly at: string;
  readonly model: string;
  readonly championVersion: number;
  readonly challengerVersion: number;
  readonly policy: ProofPolicy;
  /** Files of the evaluation images: the first 16 hex digits of their digests, sorted. By them looks are counted. */
  readonly set: readonly string[];
  /** Evaluation images of the champion, or copies, that the challenger was trained on. */
  readonly learned: number;
  /** Expected calibration errors in [0, 1], each on its own test images; absent where they were not measured. */
  readonly calibration?: { readonly champion: number; readonly challenger: number };
}

/** An image of a version's dataset, as proofs need it. */
export interface KnownImage {
  /** SHA-256 of the file's bytes. */
  readonly sha256: string;
  /** Perceptual hash. */
  readonly phash: string;
}

/** A version's answers to its test images, and what it learned from. */
export interface EvaluatedVersion {
  readonly version: number;
  /** Names of the classes that it tells apart. */
  readonly classes: readonly string[];
  readonly answers: readonly (KnownImage & {
    readonly label: string;
    readonly group: string;
    readonly isRight: boolean;
  })[];
  /** Training and validation images. */
  readonly learned: readonly KnownImage[];
  /** Expected calibration error of the model as it predicts; absent where it was not measured. */
  readonly calibrationError?: number;
}

/** What a version answers to images that it has never seen, `models/NAME/answers/KEY.json`. */
export interface NewestAnswers {
  readonly model: string;
  readonly version: number;
  /** When it was asked, ISO 8601. */
  readonly at: string;
  /** Digests of the files, and the names of the classes that it takes them for. */
  readonly answers: readonly { readonly sha256: string; readonly predicted: string }[];
}

/** The sentence of a proof, and what the newest images add to it. */
export function proofInFull({ sentence, newest, verdict }: ModelProof): string {
  if (newest === undefined || verdict === "newest-worse") return sentence;
  return `${sentence}; on what is new: ${newest.sentence}`;
}
