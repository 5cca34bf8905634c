/** Everything the HTML report shows; `report.json` is this object. */

import type { ShownBands } from "../base.js";
import type { AutoPrecision, PrecisionCheck } from "../engine/precision.js";
import type { RunCost } from "../prices.js";
import type { RunDepth } from "../retraining/depthDecision.js";
import type { RunFile } from "../runFile/runFile.js";
import type { BaseComparison } from "./baseComparison.js";
import type { DatasetSummary } from "./dataset.js";
import type { DriftRecord } from "./drift.js";
import type { Evaluation } from "./evaluation.js";
import type { RecipeSummary } from "./recipe.js";
import type { EpochRecord, StageSummary, TrainingSummary } from "./training.js";
import type { ActivationMaps, FeatureMap } from "./visuals.js";

export interface ReportData {
  readonly runId: string;
  readonly model: { readonly name: string; readonly version: number };
  readonly createdAt: string;
  readonly dataset: DatasetSummary;
  readonly base: {
    readonly name: string;
    readonly source: string;
    readonly licence: string;
    readonly pretrainedOn: string;
    readonly inputSize: number;
    /** The order of the channels of its pretraining, where that is not RGB; the network takes RGB all the same. */
    readonly trainedOn?: "BGR";
    /** Of a network of other channels than red, green and blue: which of them these are. */
    readonly bands?: ShownBands;
    /** Layer groups from the input to the head. */
    readonly layerGroups: readonly string[];
  };
  /** How the base was chosen, where the run file named several. */
  readonly bases?: BaseComparison;
  /** Why so much of the network was trained; absent in reports from before there were recipes. */
  readonly recipe?: RecipeSummary;
  /** Of the frozen layers in training; absent where all is float32. */
  readonly precision?: PrecisionCheck;
  /** What `precision: auto` came to; absent where the run file names it. */
  readonly autoPrecision?: AutoPrecision;
  readonly head: TrainingSummary;
  readonly stages: readonly StageSummary[];
  readonly scratch?: { readonly history: readonly EpochRecord[]; readonly seconds: number };
  readonly evaluation: Evaluation;
  /** How the images that were new looked to the version in use, before the run; of runs that a retraining started. */
  readonly drift?: Omit<DriftRecord, "bytes">;
  /** How deep the retraining trained, and by what that was decided; where the run file does not ask for a full one. */
  readonly depth?: RunDepth;
  /** Accuracy on test images that may be copies of others (`recipe.copies`), and without them. */
  readonly suspectedCopies?: NonNullable<Evaluation["leaked"]>;
  /** Thumbnails as data URIs by image path: the mistakes, a few images of each class, and what is to be checked. */
  readonly thumbnails: Readonly<Record<string, string>>;
  /** Paths (keys of `thumbnails`) of a few training images per class, in the order of the classes. */
  readonly examples: readonly (readonly string[])[];
  /** What the maker says of the model; absent, like what follows, in reports of version 3 and before. */
  readonly card?: RunFile["card"];
  readonly activationMaps?: ActivationMaps;
  /** The maps as pictures to lay over the thumbnails, as data URIs by image path. */
  readonly overlays?: Readonly<Record<string, string>>;
  readonly featureMap?: FeatureMap;
  readonly timings: readonly { readonly stage: string; readonly seconds: number; readonly cached: boolean }[];
  /** Of the stages that the run computed; absent without a price table. */
  readonly cost?: RunCost;
  /** Digest of each artifact, by stage name. */
  readonly digests: Readonly<Record<string, string>>;
  /** The run file, exactly as it was used, as YAML. */
  readonly runFile: string;
  readonly engine: string;
  readonly thawVersion: string;
  /** Link to the run in the Temporal UI, if known. */
  readonly temporalUrl?: string;
}
