/** The activities' types: all that a workflow may know of them. */

import type { ArtifactRef } from "../artifact.js";
import type { PodRequest } from "../pods/request.js";
import type { RecipeDecision } from "../records/recipe.js";
import type { Metered } from "../records/usage.js";
import type { ControlFile, SteerRecord } from "../steering/steering.js";
import type { Warning } from "../warnings/warning.js";
import type { RunInput, RunResult } from "./run.js";
import type { ShardPlan, ShardsDone } from "./shards.js";
import type { StagePlan } from "./stages.js";

export interface StageRequest {
  readonly run: RunInput;
  readonly stage: StagePlan;
  /** Artifacts of the stages it builds on, by stage name. */
  readonly inputs: Readonly<Record<string, ArtifactRef>>;
  /** All artifacts of the run so far, by stage name; given to the report alone. */
  readonly artifacts?: Readonly<Record<string, ArtifactRef>>;
  /** Pauses up to this number are over; absent where there was none. */
  readonly pausesOver?: number;
  /** Given to `ingest` and `features` where their images were read, or computed, in shards: the artifact that lists those. */
  readonly shards?: ArtifactRef;
  /** True after a pod that was killed because the stage used more memory than it has; absent otherwise. */
  readonly shortOfMemory?: true;
}

/** What a training worker is asked before a large set is read, or its features are computed. */
export interface ShardPlanRequest extends StageRequest {
  /** Most images of a shard. */
  readonly most: number;
}

/** Shards to be read or computed, one after the other. */
export interface ShardsRequest extends StageRequest {
  /** The artifact that lists all of them. */
  readonly list: ArtifactRef;
  /** By number from 0. */
  readonly portion: readonly number[];
}

export interface StageOutcome {
  readonly artifact: ArtifactRef;
  /** True when the artifact was in the store already and nothing was computed. */
  readonly cached: boolean;
  /** One short sentence for people, e.g. `validation accuracy 94.2 %`. */
  readonly note: string;
  /** Set by `tune`: false when the gate rolled the stage back. */
  readonly kept?: boolean;
  /** Set by `recipe`: the decision that the workflow acts on. */
  readonly decision?: RecipeDecision;
  /** Set by `base`: the name of the base that the run goes on with. */
  readonly base?: string;
  /** Set by `head`, and by `tune` where it was kept: validation accuracy in [0, 1]. Absent in outcomes of older workers. */
  readonly validationAccuracy?: number;
  /** Set by `ingest`: how many there are. Absent in outcomes of older workers. */
  readonly images?: number;
  /** Of what the artifact says of images and figures; absent where it warns of nothing. */
  readonly warnings?: readonly Warning[];
}

/** A look-up that found an artifact which cannot be used; the stage runs. */
export interface MissedArtifact {
  /** One short sentence for people. */
  readonly miss: string;
}

/** Light activities, on the control worker. */
export interface ControlActivities {
  /** Looks the stage's artifact up and verifies it; undefined when there is none. */
  findArtifact(request: StageRequest): Promise<StageOutcome | MissedArtifact | undefined>;
  /** Compares the candidates of `bases`. */
  chooseBase(request: StageRequest): Promise<StageOutcome>;
  register(request: StageRequest): Promise<StageOutcome>;
  report(request: StageRequest): Promise<StageOutcome>;
  /** Writes `runs/RUN.json` and gives the run's result. */
  recordRun(request: {
    readonly run: RunInput;
    readonly artifacts: Readonly<Record<string, ArtifactRef>>;
    /** Absent when the run was told nothing. */
    readonly steering?: readonly SteerRecord[];
  }): Promise<RunResult>;
  /** Writes `control/RUN.json`, which training activities look at. */
  writeControl(file: ControlFile): Promise<void>;
  /** Creates the run's Job, or finds it. */
  startPod(request: PodRequest): Promise<void>;
  /** Tells the workflow what the run's pod does, by signals; returns when its Job is gone. */
  watchPod(request: PodRequest): Promise<void>;
  /** Removes the run's Job and its pods. */
  stopPod(request: PodRequest): Promise<void>;
}

/** Heavy activities, on a training worker. */
export interface TrainingActivities {
  /** Says which images of the source are in which shard, and which shards are to be read; undefined where there are too few images for any. */
  planImageShards(request: ShardPlanRequest): Promise<ShardPlan | undefined>;
  /** Reads the images of some shards; those that are there already cost nothing. */
  readImageShards(request: ShardsRequest): Promise<Metered<ShardsDone>>;
  ingest(request: StageRequest): Promise<StageOutcome>;
  /** Says which images are in which shard, and which shards are to be computed; undefined where there are too few images for any. */
  planShards(request: ShardPlanRequest): Promise<ShardPlan | undefined>;
  /** Computes the features of some shards; those that are there already cost nothing. */
  extractShards(request: ShardsRequest): Promise<Metered<ShardsDone>>;
  extractFeatures(request: StageRequest): Promise<StageOutcome>;
  chooseRecipe(request: StageRequest): Promise<StageOutcome>;
  trainHead(request: StageRequest): Promise<StageOutcome>;
  tuneStage(request: StageRequest): Promise<StageOutcome>;
  trainFold(request: StageRequest): Promise<StageOutcome>;
  trainScratch(request: StageRequest): Promise<StageOutcome>;
  evaluate(request: StageRequest): Promise<StageOutcome>;
}
