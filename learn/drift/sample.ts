/** What drift is judged by: two samples of images, each image for itself. */
import type { PixelLooks } from "../../data/image/looks.js";
import type { ImageRecord } from "../../spec/records/dataset.js";

/** Of a file and its pixels. */
export type FileLooks = Pick<ImageRecord, "width" | "height" | "format"> & PixelLooks;

/** An image through the model. Images of a sample are independent of each other: one of each group of copies. */
export interface SeenImage {
  readonly path: string;
  /** The model's pooled features, all of the same length. */
  readonly features: Float32Array;
  /** Of each class, at the model's temperature. */
  readonly probabilities: readonly number[];
  readonly looks: FileLooks;
}

/** Neither trained on, nor a copy of what was. */
export interface HeldOutImage extends SeenImage {
  /** Index into the classes. */
  readonly label: number;
}

export function predictedClass({ probabilities }: Pick<SeenImage, "probabilities">): number {
  return probabilities.indexOf(Math.max(...probabilities));
}
