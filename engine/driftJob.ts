/** The `drift` job: which of the images are new, what the model makes of them, and how they differ from the held-out ones. */
import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { readImageRecords } from "../data/dataset/dataset.js";
import { listed } from "../data/faults/copies.js";
import { decodeImage, encodePixels } from "../data/image/decode.js";
import { withImageFile } from "../data/image/imageFile.js";
import { looksOf } from "../data/image/looks.js";
import { perceptualHash } from "../data/image/phash.js";
import { mapOrdered } from "../data/ordered.js";
import { sampled } from "../data/sampled.js";
import { groupImages } from "../data/splits/groups.js";
import { judgeDrift, MOST_IMAGES } from "../learn/drift/judge.js";
import type { FileLooks, HeldOutImage, SeenImage } from "../learn/drift/sample.js";
import { type EncodedImage, predict } from "../learn/stages/predict.js";
import type { DriftJob } from "../spec/engine/job.js";
import type { DriftReport } from "../spec/records/drift.js";
import type { Progress } from "../spec/records/training.js";
import { whyNotRead } from "./whyNotRead.js";

/** Images decoded at a time, ahead of the network; as in ingest. */
const PARALLEL = Math.min(4, availableParallelism());
/** Of what is drawn: the same images give the same report. */
const SEED = 1;
const UNREADABLE_SHOWN = 12;

interface ReadImage {
  readonly path: string;
  readonly file: string;
  readonly sha256: string;
  readonly phash: string;
  readonly looks: FileLooks;
}

export async function driftJob(
  job: DriftJob,
  onProgress: (progress: Progress) => void,
): Promise<DriftReport> {
  const read: ReadImage[] = [];
  const unreadable: { path: string; error: string }[] = [];
  for await (const image of mapOrdered(job.files, PARALLEL, (named) => readImage(job, named))) {
    if ("error" in image) unreadable.push(image);
    else read.push(image);
    onProgress({
      phase: "reading images",
      step: read.length + unreadable.length,
      total: job.files.length,
    });
  }
  const { known, groups } = await newGroups(job.dataset, read);
  const compared = sampled(groups, MOST_IMAGES, "new images");
  const { heldOut, fresh } = await throughModel(job, compared, onProgress);
  return {
    ...judgeDrift(heldOut, fresh, job.classes, SEED),
    images: {
      found: job.found,
      read: read.length,
      unreadable: listed(unreadable, UNREADABLE_SHOWN),
      known,
      copies: read.length - known - groups.length,
      compared: fresh.length,
      heldOut: heldOut.length,
    },
  };
}

async function readImage(
  { background, keepShortSide, within }: DriftJob,
  { path, file }: DriftJob["files"][number],
): Promise<ReadImage | { readonly path: string; readonly error: string }> {
  try {
    return await withImageFile(file, within, async (bytes) => {
      const { pixels, width, height, format } = await decodeImage(bytes, { background, keepShortSide });
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      const looks = { width, height, format, ...looksOf(pixels) };
      return { path, file, sha256, phash: await perceptualHash(pixels), looks };
    });
  } catch (error) {
    return { path, error: whyNotRead(error) };
  }
}

/**
 * What the data set has, or a copy of it, is not new: the model may have learned it by heart. Copies of a new image say
 * nothing that the first one does not.
 * @returns how many are known, and the first image of each group of the others
 */
async function newGroups(
  dataset: string,
  read: readonly ReadImage[],
): Promise<{ readonly known: number; readonly groups: readonly ReadImage[] }> {
  const records = await readImageRecords(dataset);
  // A path may be of both: an id must not be.
  const before = records.map(({ sha256, phash }, index) => ({ path: `known ${index}`, sha256, phash }));
  const now = read.map(({ sha256, phash }, index) => ({ path: `new ${index}`, sha256, phash }));
  const ids = groupImages([...before, ...now]).ids.slice(before.length);
  const isKnown = (id: string | undefined): boolean => id?.startsWith("known") === true;
  return {
    known: ids.filter(isKnown).length,
    groups: read.filter((_, index) => !isKnown(ids[index]) && ids.indexOf(ids[index] as string) === index),
  };
}

async function throughModel(
  job: DriftJob,
  fresh: readonly ReadImage[],
  onProgress: (progress: Progress) => void,
): Promise<{ readonly heldOut: readonly HeldOutImage[]; readonly fresh: readonly SeenImage[] }> {
  const files = [...job.heldOut, ...fresh];
  const looks: FileLooks[] = [];
  async function* encoded(): AsyncGenerator<EncodedImage> {
    const decode = async ({ file, path, ...rest }: (typeof files)[number]) =>
      withImageFile(file, "looks" in rest ? job.within : undefined, async (bytes) => {
        const { pixels } = await decodeImage(bytes, job);
        const own =
          "looks" in rest
            ? rest.looks
            : { width: rest.width, height: rest.height, format: rest.format, ...looksOf(pixels) };
        return { path, own, encoded: await encodePixels(pixels) };
      });
    for await (const { own, ...image } of mapOrdered(files, PARALLEL, decode)) {
      looks.push(own);
      yield image;
    }
  }
  const options = { ...job, keepFeatures: true };
  const predictions = await predict(job.base, job.weights, options, encoded(), (done) =>
    onProgress({ phase: "predicting", step: done, total: files.length }),
  );
  const seen = predictions.map(({ path, probabilities, features }, index): SeenImage => {
    if (features === undefined) throw new Error("features were asked for");
    return { path, probabilities, features, looks: looks[index] as FileLooks };
  });
  return {
    heldOut: job.heldOut.map(({ label }, index) => ({ ...(seen[index] as SeenImage), label })),
    fresh: seen.slice(job.heldOut.length),
  };
}
