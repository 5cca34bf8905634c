/** The `predict` job: decodes files as ingest does and classifies those that can be read. */
import { availableParallelism } from "node:os";
import { decodeImage, encodePixels } from "../data/image/decode.js";
import { withImageFile } from "../data/image/imageFile.js";
import { otherLayers } from "../data/image/layers.js";
import { mapOrdered } from "../data/ordered.js";
import { type EncodedImage, predict } from "../learn/stages/predict.js";
import type { EngineJob, FilePrediction } from "../spec/engine/job.js";
import type { LeftOutOfFile } from "../spec/images/leftOut.js";
import type { Progress } from "../spec/records/training.js";
import { whyNotRead } from "./whyNotRead.js";

type PredictJob = Extract<EngineJob, { kind: "predict" }>;
interface DecodedFile extends EncodedImage {
  readonly leftOut: LeftOutOfFile;
}
type Decoded = DecodedFile | { readonly path: string; readonly error: string };

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
      const { path, leftOut } = decoded;
      results.push({ path, ...(Object.keys(leftOut).length === 0 ? {} : { leftOut }) });
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
    const place = waiting[index] as number;
    results[place] = { ...results[place], ...prediction };
  });
  return results;
}

async function decodeFile({ background, keepShortSide }: PredictJob, path: string): Promise<Decoded> {
  try {
    return await withImageFile(path, undefined, async (bytes) => {
      const { pixels, layers } = await decodeImage(bytes, { background, keepShortSide });
      const [encoded, leftOut] = await Promise.all([encodePixels(pixels), otherLayers(bytes, layers)]);
      return { path, encoded, leftOut };
    });
  } catch (error) {
    return { path, error: whyNotRead(error) };
  }
}
