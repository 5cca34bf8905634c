/** How deep a retraining trains, and what that was decided by. */
import type { BaseSpec } from "../base.js";
import type { DriftVerdict } from "../records/drift.js";
import type { TRAINING_DEPTHS } from "./terms.js";

export type TrainingDepth = (typeof TRAINING_DEPTHS)[number];

/** What is known of the version in use where its weights can be no start. */
export interface UnreadableChampion {
  readonly champion: number;
  /** Why, in a sentence. */
  readonly unreadable: string;
}

/** The version in use beside the images as they are now. */
export interface ChampionFacts {
  readonly champion: number;
  /** Name of the base that its weights are. */
  readonly base: string;
  /** Whether that came of what the run file names as its base. */
  readonly sameBase: boolean;
  /** Whether layers of that were tuned for this model: by this version or by those before it. */
  readonly tuned: boolean;
  /** Of it and those that it came of, the last version that was trained deeper than its head. */
  readonly deeper: number;
  /** Versions since `deeper`, of which only a head was trained. */
  readonly heads: number;
  /** The last one that was trained in full; absent where its record is gone. */
  readonly full?: { readonly version: number; readonly ageDays: number };
  /** Versions since `full`, or since the oldest that is known. */
  readonly generations: number;
  readonly images: number;
  /** Of `images`, those that `deeper` had not. */
  readonly fresh: number;
  /** Images that the tuned layers have learned from and that are gone or have another label. */
  readonly forgotten: number;
  /** Classes that `deeper` had not: of many the first. */
  readonly appeared: readonly string[];
  /** Classes that `deeper` had, likewise. */
  readonly gone: readonly string[];
}

export type DepthFacts = UnreadableChampion | ChampionFacts;

/** The version in use as a start: what stands for the base in the run file, and what it means. */
export interface ChampionStart {
  readonly name: string;
  /** Absent for a base of the catalogue. */
  readonly spec?: BaseSpec;
}

export interface DepthDecision {
  readonly depth: TrainingDepth;
  /** Name of the row that decided, see `spec/retraining/depth.ts`. */
  readonly rule: string;
  /** One sentence that says why, with the figures. */
  readonly reason: string;
  /** The version in use, from whose base or weights it starts; absent where it starts from the run file's base. */
  readonly champion?: number;
}

/** As a run has it. */
export interface RunDepth extends DepthDecision {
  readonly evidence: {
    /** What the run file asks for. */
    readonly asked: TrainingDepth | "auto";
    readonly reasons: readonly string[];
    /** Of the new images; absent where it was not asked for, or could not be told. */
    readonly drift?: DriftVerdict;
    /** Absent where no version is in use. */
    readonly facts?: DepthFacts;
  };
}
