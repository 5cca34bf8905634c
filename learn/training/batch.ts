/** Tensors of a batch out of a sample file, and predictions back out of logits. */
import { type Tensor, type Tensor4D, tf } from "../engine.js";
import type { Samples } from "../samples.js";
import { argMax } from "./validation.js";

/** How a base wants its pixels: `(x − mean) / deviation`, the same for each channel, x in 0…255. */
export interface PixelScale {
  readonly mean: number;
  readonly deviation: number;
}

/** The rows as one tensor `[rows.length, …shape]`; bytes are scaled as the base wants its pixels. */
export function batchTensor(samples: Samples, rows: readonly number[], scale: PixelScale): Tensor {
  const values = samples.gather(rows);
  const shape = [rows.length, ...samples.format.shape];
  if (values instanceof Float32Array) return tf.tensor(values, shape, "float32");
  return pixelTensor(values, shape, scale);
}

/** @param pixels RGB bytes @param shape `[batch, height, width, 3]` */
export function pixelTensor(pixels: Uint8Array, shape: number[], scale: PixelScale): Tensor4D {
  const scaled = Float32Array.from({ length: 256 }, (_, x) => (x - scale.mean) / scale.deviation);
  const values = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) values[i] = scaled[pixels[i] as number] as number;
  return tf.tensor4d(values, shape as [number, number, number, number]);
}

/** How many rows of the logits have their largest value at the label. @param logits row-major */
export function countCorrect(logits: Float32Array, labels: readonly number[], classes: number): number {
  const hits = labels.filter((label, row) => argMax(logits, row * classes, classes) === label);
  return hits.length;
}
