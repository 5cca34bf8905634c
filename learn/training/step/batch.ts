/** Tensors of a batch out of a sample file, and predictions back out of logits. */
import type { PixelScale } from "../../../spec/base.js";
import { type Tensor, tf } from "../../engine.js";
import type { Samples } from "../../samples/files.js";
import { argMax } from "../validation.js";
import { pixelTensor } from "./pixels.js";

export type { PixelScale } from "../../../spec/base.js";

/** The rows as one tensor `[rows.length, …shape]`; bytes are scaled as the base wants its pixels. */
export function batchTensor(samples: Samples, rows: readonly number[], scale: PixelScale): Tensor {
  const values = samples.gather(rows);
  const shape = [rows.length, ...samples.format.shape];
  if (values instanceof Float32Array) return tf.tensor(values, shape, "float32");
  return pixelTensor(values, shape, scale);
}

/** How many rows of the logits have their largest value at the label. @param logits row-major */
export function countCorrect(logits: Float32Array, labels: readonly number[], classes: number): number {
  const hits = labels.filter((label, row) => argMax(logits, row * classes, classes) === label);
  return hits.length;
}
