/** Retraining: one look at a model's images, and what follows from it. */
import type { ArtifactRef } from "../artifact.js";
import type { RunInput, RunResult } from "../pipeline/run.js";
import type { AliasDecision } from "../records/aliasDecision.js";
import type { DriftInBrief } from "../records/drift.js";
import type { ModelProof } from "../records/proof.js";
import type { Usage } from "../records/usage.js";
import type { ChampionStart, DepthDecision, DepthFacts } from "./depthDecision.js";

/** Name of the workflow. */
export const RETRAIN_TYPE = "retrain";
/** Query that answers with the {@link RetrainState}. */
export const RETRAIN_STATE_QUERY = "retrainState";

export interface RetrainInput {
  /** The run that would train, without what is known only when it begins. */
  readonly run: Omit<RunInput, "runId" | "earlier" | "drift" | "depth" | "resumedFrom" | "from" | "lineage">;
  /** Trains whatever the images say. */
  readonly asked?: true;
  /** The schedule that started it; absent where a person did. */
  readonly schedule?: string;
  /** Who started it, as they said themselves; absent where a schedule did. */
  readonly by?: string;
  /** Of the run file that was applied, as JSON with sorted keys: which one it was, told by what the look was started with. */
  readonly runFileDigest?: string;
}

/**
 * The run that a training worker is asked for beside it. Where a workflow of its own asks it has that one's id, and the
 * retraining's as lineage; else the retraining itself asks.
 */
export type AskedRun = RetrainInput["run"] & Partial<Pick<RunInput, "runId" | "lineage">>;

/** What a retraining asks a training worker beside its run. */
export const QUESTIONS = ["drift", "newest"] as const;
export type QuestionKind = (typeof QUESTIONS)[number];

/** Why a model is trained again; each is a reason of its own. */
export const RETRAIN_REASONS = ["first", "data", "settings", "code", "age", "asked"] as const;
export type RetrainReason = (typeof RETRAIN_REASONS)[number];

/** What the images are now, beside what was trained last: a version that was not promoted is not trained twice. */
export interface Look {
  /** Digest of the source: of names, labels and contents. */
  readonly source: string;
  readonly images: number;
  /** By path, against the images that were trained on last; all are added where there is none. */
  readonly added: number;
  readonly removed: number;
  /** Other bytes or another label under the same path; of objects in a bucket only the label can be told. */
  readonly changed: number;
  /** The class with the most of those that are added, and how many; absent where none is, and in looks of older versions. */
  readonly mostAdded?: { readonly label: string; readonly images: number };
  /** The version that was trained last; absent before the first. */
  readonly version?: number;
  /** The version that the alias means; absent where it means none. */
  readonly inUse?: number;
  /** What may void the figures of the version in use, by subject; absent where nothing is said to, and in looks of older versions. */
  readonly accepted?: readonly string[];
  /** Number of the alias' newest entry; 0 where there is none. */
  readonly aliasEntry: number;
  /** Datasets of all versions, whose images keep their splits. */
  readonly earlier: readonly ArtifactRef[];
  /** The version in use as a start; absent where none is, where the run file asks for a full training, and where nothing is to be trained. */
  readonly champion?: {
    readonly facts: DepthFacts;
    /** Absent where it cannot be read. */
    readonly start?: ChampionStart;
  };
  /** Days since that was. */
  readonly ageDays?: number;
  readonly reasons: readonly RetrainReason[];
}

export const TICK_VERDICTS = [
  "unchanged",
  /** There are new images, and the run file wants more of them before it trains. */
  "too-few-new",
  "same-result",
  "promoted",
  "waits",
  "left",
  "not-proven",
  /** Somebody else decided what the alias means while this was at work. */
  "overtaken",
  "cancelled",
  "failed",
] as const;
export type TickVerdict = (typeof TICK_VERDICTS)[number];

/** What one look came to, `models/NAME/ticks/TIME-ID.json`: there is one of every look, also where nothing was to do. */
export interface Tick {
  readonly model: string;
  /** When it began, ISO 8601. */
  readonly at: string;
  /** When it came to this; absent in records of older versions. */
  readonly endedAt?: string;
  readonly workflowId: string;
  readonly schedule?: string;
  readonly verdict: TickVerdict;
  /** One sentence that says it all. */
  readonly sentence: string;
  readonly reasons: readonly RetrainReason[];
  /** Absent where the look itself failed. */
  readonly look?: Pick<Look, "source" | "images" | "added" | "removed" | "changed" | "version" | "inUse">;
  /** How the new images look to the version in use; absent where none are new, or it was not asked. */
  readonly drift?: DriftInBrief;
  /** How deep it was trained, and why; absent where it was not, and where the run file asks for a full training. */
  readonly depth?: DepthDecision;
  /** What a training worker held while it answered what it was asked beside the run; absent where nothing was computed. */
  readonly usage?: { readonly [Kind in QuestionKind]?: Usage };
  readonly runId?: string;
  /** The version that was trained. */
  readonly version?: number;
  readonly testAccuracy?: number;
  /** Number of the proof. */
  readonly proof?: number;
  /** Number of the alias' entry that was made. */
  readonly decision?: number;
  /** The workflow that asks a person. */
  readonly approval?: string;
}

/** Answer of the `retrainState` query. */
export interface RetrainState {
  readonly model: string;
  /** What was done so far, a sentence each. */
  readonly steps: readonly string[];
  readonly runId?: string;
  /** Which of the steps is the tick's sentence, from 0; absent until then, and of workers of older versions. */
  readonly end?: number;
}

/**
 * The steps that are news, but for the tick's sentence, which its reader has from the tick.
 * @param told how many were looked at before
 * @param isOver whether the look has ended: its sentence is the last step then, if nothing says which it is
 */
export function newSteps(
  { steps, end }: Pick<RetrainState, "steps" | "end">,
  told: number,
  isOver: boolean,
): readonly string[] {
  const sentence = end ?? (isOver ? steps.length - 1 : undefined);
  return steps.filter((_, index) => index >= told && index !== sentence);
}

/** Light activities of retraining, on the control worker. */
export interface RetrainingActivities {
  /** Looks at the images without fetching them, and at the version in use. */
  lookAtImages(input: RetrainInput): Promise<Look>;
  /** Holds the trained version against the one in use. */
  proveVersion(request: {
    readonly run: RetrainInput["run"];
    readonly champion: number;
    readonly challenger: number;
  }): Promise<ModelProof>;
  /** Points the alias at the version. */
  promoteVersion(request: {
    readonly run: RetrainInput["run"];
    readonly workflowId: string;
    readonly result: Pick<RunResult, "version" | "artifacts">;
    /** Number of the alias' entry that was looked at. */
    readonly expected: number;
    /** Absent where there was nothing to prove it against. */
    readonly proof?: ModelProof;
  }): Promise<AliasDecision>;
  /** How an alias' decision would name the proof. */
  referToProof(proof: ModelProof): Promise<{ readonly record: string; readonly digest: string }>;
  /** Writes `models/NAME/ticks/…`. */
  recordTick(tick: Tick): Promise<void>;
  /** Pauses the schedule where as many looks in a row have failed as it says. @returns the sentence that says so; null where it goes on */
  pauseFailing(request: {
    readonly schedule: string;
    readonly model: string;
    readonly workflowId: string;
  }): Promise<string | null>;
}
