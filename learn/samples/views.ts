/** Which rows of a sample file belong to which image: training images have several views, others one. */

import { viewsOf } from "../../data/views/count.js";
import { ThawError } from "../../spec/errors.js";
import type { ImageRecord, Split } from "../../spec/records/dataset.js";

export interface ViewRows {
  /** Rows in all. */
  readonly rows: number;
  /** Views per training image. */
  readonly views: number;
  /** First row of each image, by its index in the dataset. View 0, the plain one, lies there. */
  readonly firstRow: readonly number[];
}

export function viewRows(records: readonly ImageRecord[], views: number): ViewRows {
  const firstRow: number[] = [];
  let rows = 0;
  for (const record of records) {
    firstRow.push(rows);
    rows += viewsOf(record, views);
  }
  return { rows, views, firstRow };
}

/** Indices of the images of a split, in the order of the dataset. */
export function imagesOf(records: readonly ImageRecord[], split: Split): number[] {
  return records.flatMap((record, index) => (record.split === split ? [index] : []));
}

/**
 * Images to train on and to validate on.
 * @throws ThawError DATA_INVALID when there are none of either: early stopping needs both
 */
export function trainingImages(records: readonly ImageRecord[]): {
  readonly train: readonly number[];
  readonly validation: readonly number[];
} {
  return { train: someOf(records, "train"), validation: someOf(records, "validation") };
}

/** Like {@link imagesOf}. @throws ThawError DATA_INVALID when the split has no image */
export function someOf(records: readonly ImageRecord[], split: Split): number[] {
  const images = imagesOf(records, split);
  if (images.length > 0) return images;
  throw new ThawError("DATA_INVALID", `no image is in the ${split} split`, {
    hint: "the shares data.test and data.validation decide on the splits; add images if they are small",
  });
}
