/** The `ingest` job: no TensorFlow, only images. */
import { ingest } from "../data/dataset/ingest.js";
import type { EngineJob } from "../spec/engine/job.js";
import type { DatasetSummary } from "../spec/records/dataset.js";
import type { Progress } from "../spec/records/training.js";

export async function ingestJob(
  { kind: _kind, ...options }: Extract<EngineJob, { kind: "ingest" }>,
  onProgress: (progress: Progress) => void,
): Promise<DatasetSummary> {
  return ingest({ ...options, onProgress });
}
