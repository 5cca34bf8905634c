/** What the evaluation leaves for predictions to tell by which images are like its own. */
import { witnesses } from "../../data/dataset/witnesses.js";
import { ThawError } from "../../spec/errors.js";
import type { ImageRecord } from "../../spec/records/dataset.js";
import { type Familiar, familiarOf, NEIGHBOURS } from "../evaluation/familiarity.js";
import { type Parameters, sizeOf } from "../network/parameters.js";
import { readSafetensors, writeSafetensors } from "../safetensors.js";

/** Held-out images that are kept, 2.5 MB of 1,280 features: enough for one mark in a hundred, and to look through for each image in a millisecond. */
const MOST = 500;
const FEATURES = "features";
const NEAREST = "nearest";

/**
 * @param held positions in the records, in the order of the features
 * @param features of the model, `[held, width]`
 */
export async function writeFamiliar(
  file: string,
  records: readonly ImageRecord[],
  held: readonly number[],
  features: Float32Array,
  width: number,
): Promise<void> {
  const kept = new Set(witnesses(records, MOST));
  const rows = held.flatMap((image, row) => (kept.has(records[image] as ImageRecord) ? [row] : []));
  const own = new Float32Array(rows.length * width);
  rows.forEach((row, at) => {
    own.set(features.subarray(row * width, (row + 1) * width), at * width);
  });
  const familiar = familiarOf(own, width);
  await writeSafetensors(
    file,
    new Map([
      [FEATURES, { shape: [rows.length, width], data: familiar.features }],
      [NEAREST, { shape: [rows.length, NEIGHBOURS], data: familiar.nearest }],
    ]),
  );
}

/**
 * @param width of the model's features
 * @throws ThawError ARTIFACT_CORRUPT
 */
export async function readFamiliar(file: string, width: number): Promise<Familiar> {
  const tensors = await readSafetensors(file);
  const features = tensors.get(FEATURES);
  const images = features?.shape[0] ?? 0;
  return {
    ...{ images, width },
    features: shaped(tensors, FEATURES, [images, width]),
    nearest: shaped(tensors, NEAREST, [images, NEIGHBOURS]),
  };
}

function shaped(tensors: Parameters, name: string, shape: readonly number[]): Float32Array {
  const found = tensors.get(name);
  if (found !== undefined && found.shape.join() === shape.join() && found.data.length === sizeOf(shape))
    return found.data;
  throw new ThawError(
    "ARTIFACT_CORRUPT",
    `what the evaluation kept of its images has no ${name} of ${shape.join(" × ")}`,
  );
}
