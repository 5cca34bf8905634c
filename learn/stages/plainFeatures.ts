/** What the run has computed already of the images' plain views, in the place of another pass over the images. */
import type { ImageRecord } from "../../spec/records/dataset.js";
import type { Base } from "../bases/catalogue.js";
import { computingDevice, type Tensor4D, tf } from "../engine.js";
import type { BoundaryPass } from "../network/boundaries.js";
import { openSamples, type Samples } from "../samples/files.js";
import { viewRows } from "../samples/views.js";
import { isKept } from "../scratch/kept.js";
import { batchTensor } from "../training/step/batch.js";
import { boundaryFile, boundaryFormat, featureFormat, pixelFile, pixelFormat } from "./activations.js";
import type { StageContext } from "./job.js";

/** What was computed in another precision serves nobody here: models are evaluated as they are used, in float32. */
const FLOAT32 = {};

export interface PlainFeatures {
  /**
   * `[images, features]` of the frozen base, as a pass over them in batches of `batch` gives them to the bit.
   * @returns undefined where it would give others: its last batch has one image, which is rounded otherwise
   */
  of(images: readonly number[], batch: number): Float32Array | undefined;
  /** Whether {@link PlainFeatures.pass} gives what a pass over so many images in such batches would give. */
  serves(images: number, batch: number): boolean;
  /** What a pass over these images as one batch gives, the pixels as group 0; the caller disposes of it. */
  pass(images: readonly number[]): ReturnType<BoundaryPass["run"]>;
  close(): void;
}

/**
 * @param path the features artifact's file
 * @param views of a training image
 * @param boundaries files of what enters layer groups, 0 being the pixels
 * @returns undefined on a GPU, where rounding depends on how many images are computed at once
 * @throws Error where a file is of other images
 */
export function openPlainFeatures(
  path: string,
  base: Base,
  records: readonly ImageRecord[],
  views: number,
  boundaries: ReadonlyMap<number, string> = new Map(),
): PlainFeatures | undefined {
  if (computingDevice() === "gpu") return undefined;
  const { rows, firstRow } = viewRows(records, views);
  const opened: Samples[] = [];
  const close = (): void => {
    for (const samples of opened) samples.close();
  };
  const open = (file: string, format: Samples["format"]): Samples => {
    const samples = openSamples(file, format);
    opened.push(samples);
    if (samples.count !== rows)
      throw new Error(`${file} has ${samples.count} rows, the images have ${rows} views`);
    return samples;
  };
  const rowsOf = (images: readonly number[]): number[] => images.map((image) => firstRow[image] as number);
  try {
    const features = open(path, featureFormat(base));
    const entering = [...boundaries].map(
      ([group, file]) =>
        [group, open(file, group === 0 ? pixelFormat(base) : boundaryFormat(base, group, FLOAT32))] as const,
    );
    const { pixelScale } = base.input;
    const serves = (images: number, batch: number): boolean => images % batch !== 1;
    return {
      of: (images, batch) =>
        serves(images.length, batch) ? (features.gather(rowsOf(images)) as Float32Array) : undefined,
      serves,
      pass: (images) => {
        const own = rowsOf(images);
        const activations = entering.map(
          ([group, samples]) => [group, batchTensor(samples, own, pixelScale) as Tensor4D] as const,
        );
        const values = features.gather(own) as Float32Array;
        return {
          activations: new Map(activations),
          features: tf.tensor2d(values, [images.length, base.architecture.features]),
        };
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * The files in the scratch folder of what enters layer groups, 0 being the pixels.
 * @param groups their positions
 * @returns undefined where this machine does not have all of them
 */
export async function keptBoundaries(
  { folders: { scratch }, onProgress }: Pick<StageContext, "folders" | "onProgress">,
  { architecture }: Base,
  groups: readonly number[],
): Promise<ReadonlyMap<number, string> | undefined> {
  const files = new Map<number, string>();
  for (const group of new Set(groups)) {
    const name = architecture.groups[group]?.name;
    if (name === undefined) return undefined;
    const file = group === 0 ? pixelFile(scratch) : boundaryFile(scratch, name);
    if (!(await isKept(file, onProgress))) return undefined;
    files.set(group, file);
  }
  return files;
}
