/** Enlarges an image exactly: separable, sample points at pixel centres. */
import type { Pixels } from "../image/sharp.js";

export type Kernel = "cubic" | "linear";

interface Filter {
  /** Input samples on each side of the point. */
  readonly support: 1 | 2;
  /** @param distance in input pixels, not negative */
  weight(distance: number): number;
}

const FILTERS: Readonly<Record<Kernel, Filter>> = {
  linear: { support: 1, weight: (d) => Math.max(0, 1 - d) },
  // Keys, "Cubic convolution interpolation for digital image processing" (1981), a = −1/2.
  cubic: {
    support: 2,
    weight: (d) => {
      if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
      return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
    },
  },
};

/**
 * libvips cannot be used here: when it enlarges, the picture moves by half an output pixel (seen with 8.18, against
 * Pillow). Samples beyond the edge are left out and the weights of the others scaled to sum to 1, as Pillow does.
 * @param width not smaller than the image's @param height the same
 */
export function enlarge(pixels: Pixels, width: number, height: number, kernel: Kernel): Pixels {
  // Columns first, as libvips does when it shrinks.
  const tall = enlargeColumns(pixels.data, pixels.width * 3, pixels.height, height, kernel);
  return { data: enlargeRows(tall, pixels.width, height, width, kernel), width, height };
}

/** @param length values in a row */
function enlargeColumns(
  data: Uint8Array,
  length: number,
  from: number,
  to: number,
  kernel: Kernel,
): Uint8ClampedArray {
  const { first, weights, count } = taps(from, to, kernel);
  const output = new Uint8ClampedArray(to * length);
  for (let row = 0; row < to; row++) {
    const top = (first[row] as number) * length;
    for (let column = 0; column < length; column++) {
      let sum = 0;
      let at = top + column;
      for (let tap = row * count; tap < (row + 1) * count; tap++) {
        sum += (weights[tap] as number) * (data[at] as number);
        at += length;
      }
      output[row * length + column] = sum;
    }
  }
  return output;
}

function enlargeRows(
  data: Uint8ClampedArray,
  from: number,
  rows: number,
  to: number,
  kernel: Kernel,
): Uint8Array {
  const { first, weights, count } = taps(from, to, kernel);
  const output = new Uint8ClampedArray(rows * to * 3);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < to; column++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      let at = (row * from + (first[column] as number)) * 3;
      for (let tap = column * count; tap < (column + 1) * count; tap++) {
        const weight = weights[tap] as number;
        red += weight * (data[at++] as number);
        green += weight * (data[at++] as number);
        blue += weight * (data[at++] as number);
      }
      const out = (row * to + column) * 3;
      output[out] = red;
      output[out + 1] = green;
      output[out + 2] = blue;
    }
  }
  return new Uint8Array(output.buffer);
}

interface Taps {
  /** The first input sample of each output sample. */
  readonly first: Int32Array;
  /** `count` weights for each output sample, from its first input sample on. */
  readonly weights: Float64Array;
  readonly count: number;
}

function taps(from: number, to: number, kernel: Kernel): Taps {
  const { support, weight } = FILTERS[kernel];
  const count = Math.min(2 * support, from);
  const first = new Int32Array(to);
  const weights = new Float64Array(to * count);
  for (let out = 0; out < to; out++) {
    const centre = ((out + 0.5) * from) / to - 0.5;
    const start = Math.min(Math.max(Math.floor(centre) - support + 1, 0), from - count);
    const own = Array.from({ length: count }, (_, tap) => weight(Math.abs(start + tap - centre)));
    const sum = own.reduce((total, value) => total + value, 0);
    first[out] = start;
    weights.set(
      own.map((value) => value / sum),
      out * count,
    );
  }
  return { first, weights, count };
}
