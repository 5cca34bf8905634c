/** Features of the images' plain views that the run has computed already, in the place of another pass over the images. */
import type { ImageRecord } from "../../spec/records/dataset.js";
import type { Base } from "../bases/catalogue.js";
import { computingDevice } from "../engine.js";
import { openSamples } from "../samples/files.js";
import { viewRows } from "../samples/views.js";
import { featureFormat } from "./activations.js";

export interface PlainFeatures {
  /**
   * `[images, features]` of the frozen base, as a pass over them in batches of `batch` gives them to the bit.
   * @returns undefined where it would give others: its last batch has one image, which is rounded otherwise
   */
  of(images: readonly number[], batch: number): Float32Array | undefined;
  close(): void;
}

/**
 * @param path the features artifact's file
 * @param views of a training image
 * @returns undefined on a GPU, where rounding depends on how many images are computed at once
 * @throws Error where the file is of other images
 */
export function openPlainFeatures(
  path: string,
  base: Base,
  records: readonly ImageRecord[],
  views: number,
): PlainFeatures | undefined {
  if (computingDevice() === "gpu") return undefined;
  const { rows, firstRow } = viewRows(records, views);
  const samples = openSamples(path, featureFormat(base));
  if (samples.count !== rows) {
    samples.close();
    throw new Error(`${path} has ${samples.count} rows, the images have ${rows} views`);
  }
  return {
    of: (images, batch) => {
      if (images.length % batch === 1) return undefined;
      return samples.gather(images.map((image) => firstRow[image] as number)) as Float32Array;
    },
    close: samples.close,
  };
}
