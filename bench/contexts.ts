/** Hands each stage of a bench what the engine hands it in a run. */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { StageContext } from "../learn/stages/job.js";
import { baseCheckpoint } from "../runtime/components/download/baseCheckpoint.js";
import type { BaseChoice } from "../spec/base.js";
import { settledAugment } from "../spec/pipeline/views.js";
import type { RunFile } from "../spec/runFile/runFile.js";

/** What of a base of the catalogue is another one's: its input, or a model's layers laid over it. */
export type OwnBase = Pick<BaseChoice, "inputSize" | "layers">;

/** Makes the stage's folder if need be. */
export type ContextOf = (stage: string) => Promise<StageContext>;

/**
 * @param folder the stages' files go there, each in a folder of its own
 * @param dataset folder that `ingest` wrote
 * @param scratch of cached activations, which depend on the views
 */
export function contextsIn(
  folder: string,
  dataset: string,
  {
    base,
    augment,
    loss,
    seed,
    precision,
  }: Pick<RunFile, "base" | "augment" | "loss" | "seed"> & Partial<Pick<RunFile, "precision">>,
  scratch = join(folder, "scratch"),
  own: OwnBase = {},
): ContextOf {
  return async (stage) => {
    const out = join(folder, stage);
    await mkdir(out, { recursive: true });
    return {
      folders: { dataset, out, scratch },
      base: { name: base, checkpoint: await baseCheckpoint(base), ...own },
      augment: settledAugment(augment),
      loss,
      seed,
      ...(precision === "bfloat16" ? { precision: { asked: precision } } : {}),
      onProgress: () => {},
    };
  };
}
