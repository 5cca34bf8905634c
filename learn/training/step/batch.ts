/** Tensors of a batch out of a sample file, and predictions back out of logits. */
import type { PerChannel, PixelScale } from "../../../spec/base.js";
import { type Tensor, type Tensor4D, tf } from "../../engine.js";
import type { Samples } from "../../samples/files.js";
import { argMax } from "../validation.js";

export type { PixelScale } from "../../../spec/base.js";

/** The rows as one tensor `[rows.length, …shape]`; bytes are scaled as the base wants its pixels. */
export function batchTensor(samples: Samples, rows: readonly number[], scale: PixelScale): Tensor {
  const values = samples.gather(rows);
  const shape = [rows.length, ...samples.format.shape];
  if (values instanceof Float32Array) return tf.tensor(values, shape, "float32");
  return pixelTensor(values, shape, scale);
}

/** @param pixels RGB bytes @param shape `[batch, height, width, 3]` */
export function pixelTensor(pixels: Uint8Array, shape: number[], scale: PixelScale): Tensor4D {
  const [red, green, blue] = [0, 1, 2].map((c) => scaledBytes(scale, c)) as [Scaled, Scaled, Scaled];
  const values = new Float32Array(pixels.length);
  for (let i = 0; i + 2 < pixels.length; i += 3) {
    values[i] = red[pixels[i] as number] as number;
    values[i + 1] = green[pixels[i + 1] as number] as number;
    values[i + 2] = blue[pixels[i + 2] as number] as number;
  }
  return tf.tensor4d(values, shape as [number, number, number, number]);
}

type Scaled = Float32Array;

/** The scaled value of every byte of a channel. */
function scaledBytes({ mean, deviation }: PixelScale, channel: number): Scaled {
  const of = (values: PerChannel): number => (typeof values === "number" ? values : (values[channel] ?? 0));
  return Float32Array.from({ length: 256 }, (_, x) => (x - of(mean)) / of(deviation));
}

/** How many rows of the logits have their largest value at the label. @param logits row-major */
export function countCorrect(logits: Float32Array, labels: readonly number[], classes: number): number {
  const hits = labels.filter((label, row) => argMax(logits, row * classes, classes) === label);
  return hits.length;
}
