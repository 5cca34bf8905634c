/** The stage that takes the place of one that ran out of memory: the same at half the batch. */

import type { MemoryFallback } from "../records/training.js";
import type { StageRequest } from "./activities.js";

export interface HalfBatch {
  readonly request: StageRequest;
  readonly outOfMemory: MemoryFallback;
}

/**
 * A pure function of the request, so that every attempt halves alike. The batch asked for is part of the parameters
 * too: the artifact says how it came about, which one of a run that asked for the half does not.
 * @param images that are trained on: a larger batch is as large as they are many
 * @returns undefined for a stage whose batch is not the run file's, or that has one image in it
 */
export function atHalfBatch(request: StageRequest, images: number): HalfBatch | undefined {
  const { stage, run } = request;
  const { head, unfreeze } = run.file;
  const half = (batch: number): number => Math.max(1, Math.floor(Math.min(batch, images) / 2));
  const changed =
    stage.kind === "head"
      ? { head: { ...head, batch_size: half(head.batch_size) } }
      : stage.kind === "tune" || stage.kind === "scratch"
        ? { unfreeze: { ...unfreeze, batch_size: half(unfreeze.batch_size) } }
        : stage.kind === "fold"
          ? {
              head: { ...head, batch_size: half(head.batch_size) },
              unfreeze: { ...unfreeze, batch_size: half(unfreeze.batch_size) },
            }
          : undefined;
  if (changed === undefined) return undefined;
  const at = stage.kind === "head" ? head.batch_size : unfreeze.batch_size;
  const batchSize = half(at);
  if (batchSize === at) return undefined;
  const outOfMemory = { at, batchSize };
  return {
    outOfMemory,
    request: {
      ...request,
      run: { ...run, file: { ...run.file, ...changed } },
      stage: { ...stage, parameters: { ...stage.parameters, outOfMemory } },
    },
  };
}

/** For people, as part of a sentence. */
export function memorySentence({ at, batchSize }: MemoryFallback): string {
  return `trained at batch ${batchSize} after running out of memory at ${at}`;
}
