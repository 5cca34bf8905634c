/** Maps each kind of job to its stage of `data/` or `learn/`; TensorFlow is loaded only for those that need it. */
import type { EngineJob } from "../spec/engineJob.js";
import type { Progress } from "../spec/training.js";

/** @returns the stage's summary, as plain JSON */
export async function runJob(job: EngineJob, onProgress: (progress: Progress) => void): Promise<unknown> {
  switch (job.kind) {
    case "ingest": {
      const { ingestJob } = await import("./ingestJob.js");
      return ingestJob(job, onProgress);
    }
    case "features": {
      const { extractFeatures } = await import("../learn/stages/extractFeatures.js");
      return extractFeatures({ ...job, onProgress }, job.boundaries, job.keepPixels);
    }
    case "recipe": {
      const { chooseRecipe } = await import("../learn/stages/chooseRecipe.js");
      return chooseRecipe({ ...job, onProgress }, job.settings, job.features);
    }
    case "head": {
      const { trainHead } = await import("../learn/stages/trainHead.js");
      return trainHead({ ...job, onProgress }, job.head, job.features);
    }
    case "tune": {
      const { tuneStage } = await import("../learn/stages/tuneStage.js");
      return tuneStage({ ...job, onProgress }, job.settings, job.previous);
    }
    case "fold": {
      const { trainFold } = await import("../learn/stages/trainFold.js");
      return trainFold({ ...job, onProgress }, job.settings, job.features);
    }
    case "scratch": {
      const { trainScratch } = await import("../learn/stages/trainScratch.js");
      return trainScratch({ ...job, onProgress }, job.seconds, job.batchSize);
    }
    case "evaluate": {
      const { evaluate } = await import("../learn/stages/evaluate.js");
      return evaluate({ ...job, onProgress }, job.candidates, job.scratchCandidate, job.folds);
    }
    case "import": {
      const { importLayersModel } = await import("../learn/extractor/import.js");
      return importLayersModel(job, job.out);
    }
    case "predict": {
      const { predictJob } = await import("./predictJob.js");
      return predictJob(job, onProgress);
    }
  }
}
