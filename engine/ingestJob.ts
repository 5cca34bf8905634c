/** The `ingest` job: no TensorFlow, only images. */
import { ingest } from "../data/ingest.js";
import type { DatasetSummary } from "../spec/dataset.js";
import type { EngineJob } from "../spec/engineJob.js";
import type { Progress } from "../spec/training.js";

export async function ingestJob(
  { kind: _kind, ...options }: Extract<EngineJob, { kind: "ingest" }>,
  onProgress: (progress: Progress) => void,
): Promise<DatasetSummary> {
  return ingest({ ...options, onProgress });
}
