/** What a run is to the world outside: its input, its live state and its result. */
import type { ArtifactRef } from "../artifact.js";
import type { BaseSpec } from "../base.js";
import type { AutoPrecision } from "../engine/precision.js";
import type { PodState } from "../pods/pod.js";
import type { DriftRef } from "../records/drift.js";
import type { ShardsAtWork } from "../records/features.js";
import type { FoldsInBrief } from "../records/folds.js";
import type { ResemblanceInBrief } from "../records/resemblance.js";
import type { Progress } from "../records/training.js";
import type { RunDepth } from "../retraining/depthDecision.js";
import type { SourceReading } from "../runFile/folders.js";
import type { RunFile } from "../runFile/runFile.js";
import type { RunControl, SteerRecord } from "../steering/steering.js";
import type { Warning } from "../warnings/warning.js";

export { SEARCH_ATTRIBUTES } from "./searchAttributes.js";

/** Names that Temporal and the clients share. */
export const WORKFLOW_TYPE = "transferLearning";
/** Query that answers with the run's {@link RunState}. */
export const RUN_STATE_QUERY = "runState";
/**
 * Signal from a training activity: a {@link StageProgress}, for the details in the Temporal UI. Each is four events of the
 * history, so `activities/life/progressSignals.ts` bounds how many there are.
 */
export const PROGRESS_SIGNAL = "progress";
/** Queue of the always-on control worker: workflows and light activities. */
export const CONTROL_QUEUE = "thaw-control";
/** Queue of the training worker that `thaw up` starts on this machine. */
export const LOCAL_TRAINING_QUEUE = "thaw-training";
/** Where a run's images are. */
export interface ImageSource extends SourceReading {
  /**
   * Absolute path of `data.path`, or `s3://…` as it stands there. On the machine of the training worker, unless the
   * images were uploaded.
   */
  readonly dataPath: string;
  /** Digest of the images in the store that `thaw run --upload` put there from `dataPath`. */
  readonly upload?: string;
}

export interface StageProgress {
  readonly stage: string;
  readonly progress: Progress;
}

export interface RunInput extends Omit<ImageSource, keyof SourceReading> {
  readonly runId: string;
  readonly file: RunFile;
  /** What `file.base` means; absent for a base of the catalogue. */
  readonly base?: BaseSpec;
  /** What the names in `file.bases` mean; those of the catalogue are absent. */
  readonly candidates?: Readonly<Record<string, BaseSpec>>;
  /**
   * Datasets of earlier versions of the model, artifacts of `ingest`: where splits are drawn, their images keep those that they
   * had. Absent where the run is no retraining.
   */
  readonly earlier?: readonly ArtifactRef[];
  /**
   * The record of how the images that are new look to the version in use, and its digest: shown in the report. Absent where the
   * run is no retraining, or nothing was compared.
   */
  readonly drift?: DriftRef;
  /**
   * How deep a retraining trains, and why; the file's base is what that starts from. Absent where the run is no retraining, or
   * the run file asks for a full one.
   */
  readonly depth?: RunDepth;
  /** What `precision: auto` came to; the file names what was taken. Absent where the run file names it itself. */
  readonly autoPrecision?: AutoPrecision;
  /** Version of the thaw client that started the run. */
  readonly thawVersion: string;
  /** Names of the search attributes that the server knew then; absent in inputs of older clients: the first three. */
  readonly attributes?: readonly string[];
  /** The closed run that this one goes on from. */
  readonly resumedFrom?: string;
  /** This stage and those after it are made anew, whatever is in the store. */
  readonly from?: string;
  /** Id that it shares with what it came of (`lineage.ts`); absent where it began itself. No part of any key. */
  readonly lineage?: string;
}

export type StageState =
  | "waiting"
  | "running"
  | "paused"
  | "done"
  | "cached"
  | "rolled-back"
  | "skipped"
  | "failed"
  | "cancelled"
  /** The run ended before it. */
  | "not-run";

export interface StageStatus {
  /** `ingest`, `features-1` and `recipe-1`… of candidates, `base`, `features`, `recipe`, `head`, `tune-1`…, `fold-1`…, `evaluate`, `scratch`, `register`, `report`. */
  readonly name: string;
  readonly state: StageState;
  readonly artifact?: ArtifactRef;
  /** Wall-clock seconds of the stage without its pauses, when it has ended. */
  readonly seconds?: number;
  /** Seconds for which pauses held it after it had begun, besides `seconds`; absent where none did. */
  readonly paused?: number;
  /** Those of `seconds` in which it waited for a worker; known of runs that have ended. */
  readonly waited?: number;
  /** One short sentence: the metric reached, or why it failed. */
  readonly note?: string;
  /** What its artifact warns of; absent where that is nothing. */
  readonly warnings?: readonly Warning[];
  /** While its features are computed in parts. */
  readonly shards?: ShardsAtWork;
}

/** Answer of the `runState` query. */
export interface RunState {
  readonly runId: string;
  readonly model: string;
  readonly stages: readonly StageStatus[];
  /** Absent until the first command. */
  readonly control?: RunControl;
  /** The pod that trains, while there is one or it is waited for; of several the first that runs. */
  readonly pod?: PodState;
  /** Those that work beside it, or are waited for; absent where there are none. */
  readonly otherPods?: readonly PodState[];
}

/** A stage as `thaw watch` shows it: the workflow's state and the live progress of its activity. */
export interface LiveStage extends Omit<StageStatus, "shards"> {
  /** Attempt of the running activity, from 1. */
  readonly attempt?: number;
  readonly progress?: Progress;
  /** Message of the last failed attempt, if the activity is being retried. */
  readonly lastFailure?: string;
}

export interface ResultOfStage {
  readonly stage: string;
  /** Of the model as it went on after the stage: where that was rolled back, of the one before it. */
  readonly accuracy: number;
  /** The stage's own validation accuracy, if it came to one, and the one before it; absent where the stage was kept. */
  readonly rolledBack?: { readonly validationAccuracy?: number; readonly before: number };
}

export interface RunResult {
  readonly runId: string;
  readonly model: string;
  readonly version: number;
  /** Accuracies in [0, 1] on the held-out split. */
  readonly testAccuracy: number;
  readonly testAccuracyInterval: readonly [number, number];
  readonly byStage: readonly ResultOfStage[];
  readonly scratch?: { readonly accuracy: number; readonly seconds: number };
  /** The recipe cross-validated: for small sets the figure to quote. Absent without folds. */
  readonly folds?: FoldsInBrief;
  /** Whether validation and test images are alike; absent in results of older versions. */
  readonly resemblance?: ResemblanceInBrief;
  /** The strongest first; absent where there are none, and in records of older versions. */
  readonly warnings?: readonly Warning[];
  readonly artifacts: Readonly<Record<string, ArtifactRef>>;
  readonly resumedFrom?: string;
  /** See `lineage.ts`; absent in records of older versions. */
  readonly lineage?: string;
  /** What the run was told while it went on, and what became of it; absent when it was told nothing. */
  readonly steering?: readonly SteerRecord[];
}
