/** The `predict` job: decodes files as ingest does and classifies those that can be read. */
import { availableParallelism } from "node:os";
import { decodeImage, encodePixels } from "../data/image/decode.js";
import { withImageFile } from "../data/image/imageFile.js";
import { mapOrdered } from "../data/ordered.js";
import { type EncodedImage, predict } from "../learn/stages/predict.js";
import type { EngineJob, FilePrediction } from "../spec/engine/job.js";
import type { Progress } from "../spec/records/training.js";
import { whyNotRead } from "./whyNotRead.js";

type PredictJob = Extract<EngineJob, { kind: "predict" }>;
type Decoded = EncodedImage | { readonly path: string; readonly error: string };

/** Images decoded at a time, ahead of the network; as in ingest. */
const PARALLEL = Math.min(4, availableParallelism());

/** @returns an entry for every file, in the order given; one that cannot be read does not stop the others */
export async function predictJob(
  job: PredictJob,
  onProgress: (progress: Progress) => void,
): Promise<FilePrediction[]> {
  const results: FilePrediction[] = [];
  /** Positions in `results` of the images that wait for the network. */
  const waiting: number[] = [];
  async function* readable(): AsyncGenerator<EncodedImage> {
    for await (const decoded of mapOrdered(job.files, PARALLEL, (path) => decodeFile(job, path))) {
      if ("error" in decoded) {
        results.push(decoded);
        continue;
      }
      waiting.push(results.length);
      results.push({ path: decoded.path });
      yield decoded;
    }
  }
  const predictions = await predict(job.base, job.weights, job, readable(), (done) =>
    onProgress({
      phase: "predicting",
      step: results.length - (waiting.length - done),
      total: job.files.length,
    }),
  );
  predictions.forEach((prediction, index) => {
    results[waiting[index] as number] = prediction;
  });
  return results;
}

async function decodeFile({ background, keepShortSide }: PredictJob, path: string): Promise<Decoded> {
  try {
    return await withImageFile(path, undefined, async (bytes) => {
      const { pixels } = await decodeImage(bytes, { background, keepShortSide });
      return { path, encoded: await encodePixels(pixels) };
    });
  } catch (error) {
    return { path, error: whyNotRead(error) };
  }
}
