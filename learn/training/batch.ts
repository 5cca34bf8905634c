/** Tensors of a batch out of a sample file, and predictions back out of tensors. */
import { type Tensor, type Tensor2D, type Tensor4D, tf } from "../engine.js";
import type { Samples } from "../samples.js";

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
  return tf.tidy(() => {
    const floats = tf.cast(tf.tensor(pixels, shape, "int32"), "float32");
    return tf.div(tf.sub(floats, scale.mean), scale.deviation) as Tensor4D;
  });
}

/** How many rows of the logits have their largest value at the label. */
export function countCorrect(logits: Tensor2D, labels: readonly number[]): number {
  const predicted = tf.tidy(() => tf.argMax(logits, 1).dataSync());
  return labels.reduce((count, label, row) => count + (predicted[row] === label ? 1 : 0), 0);
}
