/** What a worker asks of its engine, the child process that holds TensorFlow, and what it answers. */

import type { BaseChoice, ExtractorSpec } from "../base.js";
import type { ModelGolden } from "../golden.js";
import type { ImageFile, TakenShard } from "../images/imageShards.js";
import type { LeftOutOfFile } from "../images/leftOut.js";
import type { ImageRecord } from "../records/dataset.js";
import type { ShardImage } from "../records/features.js";
import type { FoldSummary } from "../records/folds.js";
import type { AppliedChange, Progress, TrainingPosition } from "../records/training.js";
import type { AugmentSpec } from "../runFile/augment.js";
import type { SourceReading } from "../runFile/folders.js";
import type { GateSpec } from "../runFile/gate.js";
import type { LossSpec } from "../runFile/loss.js";
import type { DataSpec, EvaluationSpec, HeadSpec, RunFile, UnfreezeSpec } from "../runFile/runFile.js";
import type { Bfloat16Arithmetic, PrecisionChoice } from "./precision.js";

interface LearningJob {
  readonly folders: { readonly dataset: string; readonly out: string; readonly scratch: string };
  readonly base: BaseChoice;
  readonly augment: AugmentSpec;
  /** Absent in run files of older clients. */
  readonly loss?: LossSpec | undefined;
  readonly seed: number;
  /** Of the frozen layers; absent where all is float32. */
  readonly precision?: PrecisionChoice | undefined;
  /** Layer groups whose input activations stages of the run read, and which are kept for them. */
  readonly boundaries: readonly string[];
  /** What there may be of activations on this machine; as much as the disk has where it is left out. */
  readonly room?: ScratchBudget | undefined;
}

/** The scratch of a machine, in which every set of images has a folder. */
export interface ScratchBudget {
  readonly folder: string;
  /** Bytes, of all sets. */
  readonly budget: number;
}

/** What features of the same settings, seed, base and code lie in, of an earlier run or of a shard: images may be the same. */
export interface EarlierFeatures {
  /** Its `images.jsonl`; of a shard the list of its images. */
  readonly images: string | { readonly shard: string };
  readonly features: string;
  /** Folder that its activations were kept in; they may be gone. Absent where none were. */
  readonly scratch?: string;
}

/** What a checkpoint depends on besides the stage itself: other sums may be rounded otherwise. */
export interface CheckpointIdentity {
  /** Fingerprint of the TensorFlow build. */
  readonly engine: string;
  /** Threads that TensorFlow computes with. */
  readonly threads: number;
  /** How the frozen activations came to be in bfloat16; absent where they are float32. */
  readonly bfloat16?: Bfloat16Arithmetic;
}

/** Why training cannot go on from a checkpoint to the same bits; undefined where it can. */
export function whyOtherBits(written: CheckpointIdentity, own: CheckpointIdentity): string | undefined {
  if (written.engine !== own.engine) return "it was written by another build of TensorFlow";
  if (written.threads !== own.threads)
    return `it was written with ${written.threads} threads, and there are ${own.threads} now`;
  if (written.bfloat16 === own.bfloat16) return undefined;
  const words = {
    multiplied: "the processor multiplies bfloat16",
    rounded: "float32 is rounded to bfloat16",
  };
  const said = (how: Bfloat16Arithmetic | undefined): string => (how ? words[how] : "all is float32");
  return `it was written where ${said(written.bfloat16)}, and here ${said(own.bfloat16)}`;
}

/** Where a stage of training keeps its checkpoints. */
export interface CheckpointSpool {
  /** Gets a folder for each checkpoint, numbered. */
  readonly folder: string;
  readonly everySeconds: number;
  readonly identity: CheckpointIdentity;
  /** Folders of checkpoints to go on from, best first; the first whole one is taken. */
  readonly resume: readonly string[];
}

interface TrainingJob extends LearningJob {
  /** No checkpoints are written when left out. */
  readonly checkpoints?: CheckpointSpool | undefined;
}

/** One stage of unfreezing, counted from 1. */
type TuneJobSettings = Omit<UnfreezeSpec, "stages" | "surgical"> & {
  readonly deepest: string;
  readonly stage: number;
};

/** A TensorFlow.js `LayersModel` as files. */
export interface LayersModelFiles {
  /** How errors name it: what the user gave. */
  readonly source: string;
  /** Path of its `model.json`. */
  readonly model: string;
  /** Paths of the shards, for each group of weights. */
  readonly shards: readonly (readonly string[])[];
  /** Side of the square input in pixels, for a network that takes any. */
  readonly size?: number;
  /** The layer that gives the features. */
  readonly output?: string;
  /** Whether it takes pixels in the order blue, green, red. */
  readonly blueFirst?: boolean;
}

/** The answer to an `import` job. */
export interface ImportedModel extends ExtractorSpec {
  /** Whether it scales its pixels itself. */
  readonly rescales: boolean;
}

/** What the recipe is asked for, and what it has to know of the run. */
export interface RecipeJobSettings {
  readonly asked: RunFile["recipe"];
  /** Stages of unfreezing. */
  readonly planned: number;
  readonly folds: EvaluationSpec["folds"];
  /** Why a retraining trains the head only; absent where it may train more. */
  readonly headOnly?: string;
  /** What judges the stages of unfreezing; the default where it is left out. */
  readonly gate?: GateSpec | undefined;
}

/** One piece of work; every path is local. The answer is the stage's summary. */
export type EngineJob =
  | {
      readonly kind: "ingest";
      /** Folder or manifest; or images that were fetched from elsewhere, by their list. */
      readonly source: string | { readonly fetched: string };
      readonly data: Omit<DataSpec, "path" | keyof SourceReading> & SourceReading;
      readonly seed: number;
      /** `images.jsonl` of the datasets that the base was tuned on; absent where it was not. */
      readonly baseImages?: readonly string[];
      /** Likewise of the datasets of earlier versions of the model; absent where the run is no retraining. */
      readonly earlierImages?: readonly string[];
      /** File of known digests by path, size and time. */
      readonly digestCache: string;
      readonly out: string;
      /** Images that were read in shards, in ascending order; absent where there were none. */
      readonly shards?: readonly TakenShard[];
    }
  /** Some of a source's images by themselves. */
  | {
      readonly kind: "read";
      readonly images: readonly ImageFile[];
      /** Folder that none of them may lie outside of; absent where they may. */
      readonly within?: string;
      readonly pixels: { readonly background: DataSpec["background"]; readonly keepShortSide: number };
      readonly out: string;
    }
  | (LearningJob & {
      readonly kind: "features";
      readonly keepPixels: boolean;
      /** The newest first; shards of the run's own come last. */
      readonly earlier?: readonly EarlierFeatures[];
      /** Of the recipe to come. */
      readonly settings: RecipeJobSettings;
    })
  /** The features of some of the images. */
  | (LearningJob & { readonly kind: "shard"; readonly images: readonly ShardImage[] })
  | (LearningJob & {
      readonly kind: "recipe";
      readonly settings: RecipeJobSettings;
      readonly features: string;
    })
  | (TrainingJob & { readonly kind: "head"; readonly head: HeadSpec; readonly features: string })
  | (TrainingJob & {
      readonly kind: "tune";
      readonly settings: TuneJobSettings;
      readonly previous: string;
    })
  | (LearningJob & {
      readonly kind: "fold";
      readonly settings: {
        readonly fold: number;
        readonly folds: number;
        readonly head: HeadSpec;
        readonly stages: readonly TuneJobSettings[];
      };
      readonly features: string;
    })
  | (TrainingJob & { readonly kind: "scratch"; readonly seconds: number; readonly batchSize: number })
  | (LearningJob & {
      readonly kind: "evaluate";
      readonly candidates: readonly {
        readonly stage: string;
        readonly weights: string;
        readonly deepest?: string;
      }[];
      readonly scratchCandidate?: {
        readonly weights: string;
        readonly seconds: number;
        readonly epochs: number;
      };
      /** Finished folds of the cross-validation, in order. */
      readonly folds: readonly { readonly summary: FoldSummary; readonly predictions: string }[];
      /** File of the features that the head was trained on, where it is on this machine. */
      readonly features?: string;
    })
  | (LayersModelFiles & {
      readonly kind: "import";
      /** Path of the file to write. */
      readonly out: string;
    })
  | {
      /** A drawn picture through the base. The answer is its golden vector. */
      readonly kind: "try";
      readonly base: BaseChoice;
    }
  | {
      readonly kind: "predict";
      readonly base: BaseChoice;
      readonly weights: string;
      readonly files: readonly string[];
      readonly background: DataSpec["background"];
      readonly keepShortSide: number;
      /** Of the model's version; without them probabilities are not scaled, and there are no sets. */
      readonly temperature?: number;
      readonly conformalQuantile?: number;
      /** Probabilities are means over the image and its mirror image. */
      readonly mirrored?: boolean;
      /** Names, as many as the head has outputs. */
      readonly classes: readonly string[];
      /** What thaw's own picture has to give; absent in older models. */
      readonly golden?: ModelGolden;
      /** File of what the evaluation kept of its images; absent in older models. */
      readonly familiar?: string;
    }
  | DriftJob;

/** New images against those that the model was evaluated on. The answer is a `DriftReport`. */
export interface DriftJob {
  readonly kind: "drift";
  readonly base: BaseChoice;
  readonly weights: string;
  readonly background: DataSpec["background"];
  readonly keepShortSide: number;
  /** As of a `predict` job, like what follows. */
  readonly temperature?: number;
  readonly classes: readonly string[];
  readonly golden?: ModelGolden;
  /** `images.jsonl` of the model's data set: new images that are known from there are none. */
  readonly dataset: string;
  /** The images to compare with: one of each group that was neither trained on nor is a copy of what was. */
  readonly heldOut: readonly HeldOutFile[];
  /** Images to compare, and how they are named. */
  readonly files: readonly { readonly path: string; readonly file: string }[];
  /** Folder that none of them may lie outside of; absent where they may. */
  readonly within?: string;
  /** How many were found, of which the files are a sample. */
  readonly found: number;
}

/** A canonical image on this machine, and its record. */
export interface HeldOutFile extends Pick<ImageRecord, "path" | "label" | "width" | "height" | "format"> {
  readonly file: string;
}

/** Whether an image is like those that the model was evaluated on. */
export interface Familiarity {
  /** Share of images like those that are as far or farther from them, in (0, 1]. */
  readonly pValue: number;
  /** Whether it is marked: of images like those, one in a hundred is, or one of as many as were held out and one more. */
  readonly unlike: boolean;
}

/** The answer to a `predict` job, for each file in the order given: a file that cannot be read has an error instead. */
export interface FilePrediction {
  readonly path: string;
  /** Probability of each class, in the order of the model's classes. */
  readonly probabilities?: readonly number[];
  /** Classes that cannot be ruled out, by index; absent when the model has no conformal quantile. */
  readonly set?: readonly number[];
  /** See {@link Familiarity}; absent where too few images were held out, and in older models. */
  readonly familiarity?: Familiarity;
  /** Absent where all of the file was used. */
  readonly leftOut?: LeftOutOfFile;
  /** Why the file cannot be read, in plain words. */
  readonly error?: string;
}

/** Why a stage has to stop: somebody paused the run, or the worker has to leave. */
export type StopReason = "pause" | "shutdown";

/** What is told to a stage while it trains; it is done between two batches. */
export type EngineControl =
  /** Write a checkpoint now. */
  | { readonly kind: "checkpoint" }
  /** Write a checkpoint and end the job. */
  | { readonly kind: "stop"; readonly reason: StopReason }
  | {
      readonly kind: "set";
      readonly seq: number;
      /** Factor on the rates of all layer groups, relative to the run file's. */
      readonly learningRate?: number;
      readonly patience?: number;
      readonly epochs?: number;
    }
  /** End the stage here, with its best weights. */
  | { readonly kind: "finish"; readonly seq: number };

/** From a worker to its engine. */
export type EngineRequest =
  | {
      readonly type: "job";
      readonly job: EngineJob;
      /** Context of the trace that the job belongs to: `traceparent` and so on; empty when nothing is traced. */
      readonly trace: Readonly<Record<string, string>>;
      /** Whether the worker takes spans. */
      readonly traced: boolean;
    }
  | { readonly type: "control"; readonly control: EngineControl };

/** A checkpoint that lies in a folder of its own, whole. */
export interface WrittenCheckpoint {
  readonly folder: string;
  readonly position: TrainingPosition;
  /** Whether somebody had changed the stage's settings by then. */
  readonly steered: boolean;
  /** For which training stood still. */
  readonly seconds: number;
}

/** Where a job went on from, and which checkpoints it could not use. */
export interface ResumedFrom {
  /** Where each attempt so far went on from, this one last; empty when it starts anew. */
  readonly positions: readonly TrainingPosition[];
  /** A sentence for each checkpoint that was refused. */
  readonly refused: readonly string[];
}

/** From the engine to its worker. */
export type EngineMessage =
  | { readonly type: "progress"; readonly progress: Progress }
  | { readonly type: "resumed"; readonly from: ResumedFrom }
  | { readonly type: "checkpoint"; readonly checkpoint: WrittenCheckpoint }
  /** A checkpoint could not be written, and training goes on. */
  | { readonly type: "unwritten"; readonly why: string }
  | { readonly type: "applied"; readonly change: AppliedChange }
  /** The job has ended with a checkpoint, as it was told to. */
  | { readonly type: "stopped"; readonly reason: StopReason }
  | { readonly type: "done"; readonly summary: unknown }
  /** What was traced, for the worker to send on (`tracing/forwarded.ts`); also after the job's end. */
  | { readonly type: "spans"; readonly spans: readonly unknown[] }
  | { readonly type: "failed"; readonly code: string; readonly message: string; readonly hint?: string };
