/** Perceptual hash: 64 bits that stay the same when a picture is compressed again or scaled. */
import { luma } from "../views/colour.js";
import { beside } from "./beside.js";
import { fromPixels, type Pixels } from "./sharp.js";

/** The picture is looked at in grey at this many pixels a side. */
const SIDE = 32;
/** Frequencies kept a side. */
const KEPT = 8;
/**
 * The coefficient of a cosine pattern whose height is one grey level, N²/4. A picture with nothing stronger has no
 * shape to recognize: its bits would be rounding noise, so its hash is {@link FLAT}.
 */
const FLAT_BELOW = (SIDE * SIDE) / 4;
/** Hash of a picture of one colour; it says nothing about being the same picture. */
export const FLAT = "0".repeat(16);

/** cos((2x + 1) u π / 2N) for u = 1…8: the rows of the DCT-II that are needed. */
const BASIS = Array.from({ length: KEPT }, (_, index) =>
  Float64Array.from({ length: SIDE }, (_, x) => Math.cos(((2 * x + 1) * (index + 1) * Math.PI) / (2 * SIDE))),
);

/**
 * DCT hash of Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010), as in his library
 * pHash: 32 × 32 grey pixels, coefficients 1…8 of both axes, a bit for each that is above their median.
 * @returns 16 hex digits, row by row from the lowest vertical frequency
 */
export async function perceptualHash(pixels: Pixels): Promise<string> {
  const small = await beside(() =>
    fromPixels(pixels).resize(SIDE, SIDE, { fit: "fill", kernel: "linear" }).raw().toBuffer(),
  );
  return hashGrey(Float64Array.from({ length: SIDE * SIDE }, (_, index) => luma(small, 3 * index)));
}

/** The hash of `[32, 32]` grey values, 0…255. */
export function hashGrey(grey: Float64Array): string {
  const rows = BASIS.map((basis) =>
    Float64Array.from({ length: SIDE }, (_, y) =>
      basis.reduce((sum, cosine, x) => sum + cosine * (grey[y * SIDE + x] as number), 0),
    ),
  );
  const coefficients = BASIS.flatMap((basis) =>
    rows.map((row) => basis.reduce((sum, cosine, y) => sum + cosine * (row[y] as number), 0)),
  );
  if (coefficients.every((value) => Math.abs(value) < FLAT_BELOW)) return FLAT;
  const sorted = coefficients.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
  const bits = coefficients.map((value) => (value > median ? "1" : "0")).join("");
  return BigInt(`0b${bits}`).toString(16).padStart(16, "0");
}

/** In how many of their 64 bits two hashes differ. */
export function hammingDistance(a: string, b: string): number {
  let different = BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
  let count = 0;
  for (; different !== 0n; different &= different - 1n) count++;
  return count;
}
