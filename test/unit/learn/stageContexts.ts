/** Stages on a set of images without a worker: the images are ingested, and every stage gets a folder. */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ingest } from "../../../data/dataset/ingest.js";
import type { StageContext } from "../../../learn/stages/job.js";
import { settledAugment } from "../../../spec/pipeline/views.js";
import type { Progress } from "../../../spec/records/training.js";
import type { RunFile } from "../../../spec/runFile/runFile.js";
import { smallBase } from "./support.js";

/** Makes the folder of the stage and what it is given. @param other in place of the usual */
export type ContextOf = (stage: string, other?: Partial<StageContext["folders"]>) => Promise<StageContext>;

/**
 * @param folder everything is written under it
 * @param source folder or list of the images
 * @param inputSize of the small base, which tells drawn shapes apart as it is; some tests want to see them better
 */
export async function ingestFor(
  folder: string,
  source: string,
  file: RunFile,
  onProgress: (progress: Progress) => void = () => undefined,
  inputSize?: number,
): Promise<{ readonly dataset: string; readonly context: ContextOf }> {
  const { path: _path, ...data } = file.data;
  const dataset = join(folder, "dataset");
  const digestCache = join(folder, "digests.json");
  await ingest({ source, data, seed: file.seed, digestCache, out: dataset, onProgress: () => undefined });
  const base = await smallBase(inputSize);
  const context: ContextOf = async (stage, other = {}) => {
    const out = join(folder, stage);
    await mkdir(out);
    return {
      folders: { dataset, out, scratch: join(folder, "activations"), ...other },
      base,
      augment: settledAugment(file.augment),
      seed: file.seed,
      onProgress,
    };
  };
  return { dataset, context };
}
