/** What a worker asks of its engine, the child process that holds TensorFlow, and what it answers. */

import type { AugmentSpec } from "./augment.js";
import type { BaseChoice } from "./base.js";
import type { FoldSummary } from "./folds.js";
import type { LossSpec } from "./loss.js";
import type { DataSpec, EvaluationSpec, HeadSpec, RunFile, UnfreezeSpec } from "./runFile.js";
import type { Progress } from "./training.js";

interface LearningJob {
  readonly folders: { readonly dataset: string; readonly out: string; readonly scratch: string };
  readonly base: BaseChoice;
  readonly augment: AugmentSpec;
  /** Absent in run files of older clients. */
  readonly loss?: LossSpec | undefined;
  readonly seed: number;
}

/** One stage of unfreezing, counted from 1. */
type TuneJobSettings = Omit<UnfreezeSpec, "stages" | "surgical"> & {
  readonly deepest: string;
  readonly stage: number;
};

/** One piece of work; every path is local. The answer is the stage's summary. */
export type EngineJob =
  | {
      readonly kind: "ingest";
      readonly source: string;
      readonly data: Omit<DataSpec, "path">;
      readonly seed: number;
      /** File of known digests by path, size and time. */
      readonly digestCache: string;
      readonly out: string;
    }
  | (LearningJob & {
      readonly kind: "features";
      /** Layer groups whose input activations are kept for the stages to come. */
      readonly boundaries: readonly string[];
      readonly keepPixels: boolean;
    })
  | (LearningJob & {
      readonly kind: "recipe";
      readonly settings: {
        readonly asked: RunFile["recipe"];
        readonly planned: number;
        readonly folds: EvaluationSpec["folds"];
      };
      readonly features: string;
    })
  | (LearningJob & { readonly kind: "head"; readonly head: HeadSpec; readonly features: string })
  | (LearningJob & {
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
  | (LearningJob & { readonly kind: "scratch"; readonly seconds: number; readonly batchSize: number })
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
    })
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
    };

/** The answer to a `predict` job, for each file in the order given: a file that cannot be read has an error instead. */
export interface FilePrediction {
  readonly path: string;
  /** Probability of each class, in the order of the model's classes. */
  readonly probabilities?: readonly number[];
  /** Classes that cannot be ruled out, by index; absent when the model has no conformal quantile. */
  readonly set?: readonly number[];
  /** Why the file cannot be read, in plain words. */
  readonly error?: string;
}

/** What a running job can be told; it acts between two batches. */
export type EngineControl =
  | { readonly kind: "checkpoint" }
  | { readonly kind: "stop"; readonly reason: "pause" | "shutdown" }
  | {
      readonly kind: "set";
      readonly seq: number;
      /** Factor on the rates of all layer groups, relative to the job's. */
      readonly learningRate?: number;
      readonly patience?: number;
      readonly epochs?: number;
    }
  | { readonly kind: "finish"; readonly seq: number };

/** From the engine to its worker. */
export type EngineMessage =
  | { readonly type: "progress"; readonly progress: Progress }
  | { readonly type: "done"; readonly summary: unknown }
  | { readonly type: "failed"; readonly code: string; readonly message: string; readonly hint?: string };
