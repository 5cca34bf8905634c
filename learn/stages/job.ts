/** What every stage of learning is given: local folders, the base, and a way to report progress. */

import type { BaseChoice } from "../../spec/base.js";
import type { ScratchBudget } from "../../spec/engine/job.js";
import type { PrecisionChoice } from "../../spec/engine/precision.js";
import type { Progress } from "../../spec/records/training.js";
import type { AugmentSpec } from "../../spec/runFile/augment.js";
import type { LossSpec } from "../../spec/runFile/loss.js";
import type { CheckpointOptions } from "../training/checkpoint/checkpointing.js";
import type { ControlSource } from "../training/steering.js";

export interface StageFolders {
  /** Folder of the ingested dataset. */
  readonly dataset: string;
  /** Where the stage's files go; it exists and is empty. */
  readonly out: string;
  /** Folder for activations that can be computed again; shared by the stages of a run. */
  readonly scratch: string;
}

export interface StageContext {
  readonly folders: StageFolders;
  readonly base: BaseChoice;
  readonly augment: AugmentSpec;
  /** Cross-entropy when left out. */
  readonly loss?: LossSpec | undefined;
  readonly seed: number;
  /** Everything is float32 when left out. */
  readonly precision?: PrecisionChoice | undefined;
  /** Layer groups that stages of the run unfreeze: where the activations of one are computed, those of all are. */
  readonly boundaries?: readonly string[] | undefined;
  /** What there may be of activations on this machine; as much as the disk has where it is left out. */
  readonly room?: ScratchBudget | undefined;
  /** No checkpoints are written when left out. */
  readonly checkpoints?: CheckpointOptions | undefined;
  /** Commands that reach a stage while it trains. */
  readonly control?: ControlSource | undefined;
  readonly onProgress: (progress: Progress) => void;
}
