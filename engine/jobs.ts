/** Maps each kind of job to its stage of `data/` or `learn/`; TensorFlow is loaded only for those that need it. */
import type { StageContext } from "../learn/stages/job.js";
import type { CheckpointOptions } from "../learn/training/checkpoint/checkpointing.js";
import type { EngineJob } from "../spec/engine/job.js";

/** How a job speaks with the worker while it runs. */
export type Outside = Pick<CheckpointOptions, "onResumed" | "onWritten" | "onUnwritten"> &
  Required<Pick<StageContext, "onProgress" | "control">>;

/** @returns the stage's summary, as plain JSON */
export async function runJob(job: EngineJob, outside: Outside): Promise<unknown> {
  const { onProgress } = outside;
  switch (job.kind) {
    case "ingest": {
      const { ingestJob } = await import("./ingestJob.js");
      return ingestJob(job, onProgress);
    }
    case "read": {
      const { readImageShard } = await import("../data/dataset/imageShard.js");
      return readImageShard({ ...job, onProgress });
    }
    case "features": {
      const { extractFeatures } = await import("../learn/stages/extractFeatures.js");
      const { boundaries, keepPixels, earlier, settings } = job;
      return extractFeatures({ ...job, onProgress }, boundaries, keepPixels, earlier, settings);
    }
    case "shard": {
      const { extractShard } = await import("../learn/stages/extractShard.js");
      return extractShard({ ...job, onProgress }, job.images);
    }
    case "recipe": {
      const { chooseRecipe } = await import("../learn/stages/chooseRecipe.js");
      return chooseRecipe({ ...job, onProgress }, job.settings, job.features);
    }
    case "head": {
      const { trainHead } = await import("../learn/stages/trainHead.js");
      return trainHead({ ...job, ...steered(job, outside) }, job.head, job.features);
    }
    case "tune": {
      const { tuneStage } = await import("../learn/stages/tuneStage.js");
      return tuneStage({ ...job, ...steered(job, outside) }, job.settings, job.previous);
    }
    case "fold": {
      const { trainFold } = await import("../learn/stages/folds/trainFold.js");
      return trainFold({ ...job, onProgress }, job.settings, job.features);
    }
    case "scratch": {
      const { trainScratch } = await import("../learn/stages/trainScratch.js");
      return trainScratch({ ...job, ...steered(job, outside) }, job.seconds, job.batchSize);
    }
    case "evaluate": {
      const { evaluate } = await import("../learn/stages/evaluate.js");
      return evaluate({ ...job, onProgress }, job.candidates, job.scratchCandidate, job.folds, job.features);
    }
    case "import": {
      const { importLayersModel } = await import("../learn/extractor/import.js");
      return importLayersModel(job, job.out);
    }
    case "try": {
      const [{ chosenBase }, { baseGolden }] = await Promise.all([
        import("../learn/bases/chosen.js"),
        import("../learn/network/tryOut.js"),
      ]);
      return baseGolden(chosenBase(job.base), job.base);
    }
    case "predict": {
      const { predictJob } = await import("./predictJob.js");
      return predictJob(job, onProgress);
    }
    case "drift": {
      const { driftJob } = await import("./driftJob.js");
      return driftJob(job, onProgress);
    }
    default:
      // The compiler's word that no kind is left out: a job without an answer would look like one that is done.
      return job satisfies never;
  }
}

/** What the stages with one training of their own are given besides. A fold has several, and begins anew. */
function steered(
  { checkpoints }: Extract<EngineJob, { kind: "head" | "tune" | "scratch" }>,
  { onProgress, control, onResumed, onWritten, onUnwritten }: Outside,
): Required<Pick<StageContext, "onProgress" | "control" | "checkpoints">> {
  return {
    onProgress,
    control,
    checkpoints:
      checkpoints === undefined ? undefined : { ...checkpoints, onResumed, onWritten, onUnwritten },
  };
}
