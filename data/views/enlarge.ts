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

/** The rows and columns of the enlarged picture that are wanted. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * libvips cannot be used here: when it enlarges, the picture moves by half an output pixel (seen with 8.18, against
 * Pillow). Samples beyond the edge are left out and the weights of the others scaled to sum to 1, as Pillow does.
 * @param width not smaller than the image's @param height the same
 * @param part computed alone; its pixels are those of the whole
 */
export function enlarge(
  pixels: Pixels,
  width: number,
  height: number,
  kernel: Kernel,
  part: Part = { left: 0, top: 0, width, height },
): Pixels {
  const down = taps(pixels.height, height, kernel);
  const across = taps(pixels.width, width, kernel);
  // Columns first, as libvips does when it shrinks.
  const tall = enlargeColumns(pixels.data, pixels.width * 3, down, part);
  return { data: enlargeRows(tall, pixels.width, across, part), width: part.width, height: part.height };
}

/** @param length values in a row @returns rows of that length */
function enlargeColumns(
  bytes: Uint8Array,
  length: number,
  { first, weights, count }: Taps,
  { top, height }: Part,
): Uint8ClampedArray {
  const data = new Float64Array(bytes);
  const output = new Uint8ClampedArray(height * length);
  for (let row = 0; row < height; row++) {
    const tap = (top + row) * count;
    let at = (first[top + row] as number) * length;
    const end = (row + 1) * length;
    if (count === 4) {
      // The same sum as below, in the same order: a loop over four taps takes three times as long.
      const w0 = weights[tap] as number;
      const w1 = weights[tap + 1] as number;
      const w2 = weights[tap + 2] as number;
      const w3 = weights[tap + 3] as number;
      let [b, c, d] = [at + length, at + 2 * length, at + 3 * length];
      for (let to = end - length; to < end; to++) {
        output[to] =
          w0 * (data[at++] as number) +
          w1 * (data[b++] as number) +
          w2 * (data[c++] as number) +
          w3 * (data[d++] as number);
      }
      continue;
    }
    for (let to = end - length; to < end; to++) {
      let sum = 0;
      for (let t = 0; t < count; t++) sum += (weights[tap + t] as number) * (data[at + t * length] as number);
      output[to] = sum;
      at += 1;
    }
  }
  return output;
}

/** @param from pixels in a row of `data`, which has `height` rows */
function enlargeRows(
  bytes: Uint8ClampedArray,
  from: number,
  { first, weights, count }: Taps,
  { left, width, height }: Part,
): Uint8Array {
  const output = new Uint8ClampedArray(height * width * 3);
  const length = from * 3;
  /** A row as doubles: each value is read several times, and converting it is most of the work. */
  const data = new Float64Array(length);
  let out = 0;
  for (let row = 0; row < height; row++) {
    data.set(bytes.subarray(row * length, (row + 1) * length));
    for (let column = left; column < left + width; column++) {
      const tap = column * count;
      let at = (first[column] as number) * 3;
      if (count === 4) {
        const w0 = weights[tap] as number;
        const w1 = weights[tap + 1] as number;
        const w2 = weights[tap + 2] as number;
        const w3 = weights[tap + 3] as number;
        // The three colours written out, and each value read by its own index: loops cost as much as the sums.
        output[out] =
          w0 * (data[at] as number) +
          w1 * (data[at + 3] as number) +
          w2 * (data[at + 6] as number) +
          w3 * (data[at + 9] as number);
        output[out + 1] =
          w0 * (data[at + 1] as number) +
          w1 * (data[at + 4] as number) +
          w2 * (data[at + 7] as number) +
          w3 * (data[at + 10] as number);
        output[out + 2] =
          w0 * (data[at + 2] as number) +
          w1 * (data[at + 5] as number) +
          w2 * (data[at + 8] as number) +
          w3 * (data[at + 11] as number);
        out += 3;
        continue;
      }
      for (const end = out + 3; out < end; at++) {
        let sum = 0;
        for (let t = 0; t < count; t++) sum += (weights[tap + t] as number) * (data[at + 3 * t] as number);
        output[out++] = sum;
      }
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

/** Taps of the last sizes: the images of a set are mostly of a few. */
const known = new Map<string, Taps>();
const MOST_KNOWN = 16;

function taps(from: number, to: number, kernel: Kernel): Taps {
  const key = `${from} ${to} ${kernel}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const computed = computeTaps(from, to, kernel);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, computed);
  return computed;
}

function computeTaps(from: number, to: number, kernel: Kernel): Taps {
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
