/**
 * Whether an image is like those that a model was evaluated on: conformal prediction (Vovk, Gammerman & Shafer, "Algorithmic
 * Learning in a Random World", 2005, section 2.3) by the distance of its pooled features to their nearest neighbours (Sun, Ming, Zhu & Li,
 * "Out-of-distribution detection with deep nearest neighbors", ICML 2022). A model knows its classes only and names one of them for
 * whatever it is shown, often without a doubt.
 */

import { euclidean } from "./euclidean.js";

/** The distance that counts is that to the neighbour of this number, 2 at least: one odd held-out image vouches for nobody. From 1 to 10 `bench/familiarity/marks.ts` tells no difference. */
export const NEIGHBOURS = 3;
/** Of images like the held-out ones, the share that is marked all the same. */
const MARKED = 0.01;
/** With fewer held-out images more than one in twenty would be marked; then none is. */
const LEAST_IMAGES = 19;

/** Features of held-out images, each of unit length, and how far each is from its nearest ones. */
export interface Familiar {
  readonly images: number;
  readonly width: number;
  /** `[images, width]`. */
  readonly features: Float32Array;
  /** `[images, NEIGHBOURS]`, rising: distances to the others; infinite where there are not so many. */
  readonly nearest: Float32Array;
}

/**
 * @param features `[images, width]`, as the model pools them: their length is not the class's, so it does not count
 * @throws RangeError without a width
 */
export function familiarOf(features: Float32Array, width: number): Familiar {
  if (width < 1) throw new RangeError("features need a width");
  const images = features.length / width;
  const unit = new Float32Array(features.length);
  for (let row = 0; row < images; row++) unit.set(unitLength(rowOf(features, row, width)), row * width);
  const nearest = new Float32Array(images * NEIGHBOURS).fill(Number.POSITIVE_INFINITY);
  for (let a = 0; a < images; a++)
    for (let b = 0; b < a; b++) {
      const distance = euclidean(rowOf(unit, a, width), rowOf(unit, b, width));
      insert(rowOf(nearest, a, NEIGHBOURS), distance);
      insert(rowOf(nearest, b, NEIGHBOURS), distance);
    }
  return { images, width, features: unit, nearest };
}

/** The p-value at and below which an image is marked; undefined where there are too few held-out images to mark any. */
export function markedBelow(images: number): number | undefined {
  return images < LEAST_IMAGES ? undefined : Math.max(MARKED, 1 / (images + 1));
}

/**
 * Probability that an image drawn like the held-out ones is as far or farther from them: at most `p` of such images have a `p`-value
 * of `p` or less, whatever the features are. The image is one of the neighbours of each held-out one, too, as the proof of that asks.
 * @param image pooled features, of any length
 * @returns in [1 / (images + 1), 1]
 */
export function familiarity({ images, width, features, nearest }: Familiar, image: Float32Array): number {
  const unit = unitLength(image);
  const own = new Float32Array(NEIGHBOURS).fill(Number.POSITIVE_INFINITY);
  const distances = new Float32Array(images);
  for (let row = 0; row < images; row++) {
    const distance = euclidean(unit, rowOf(features, row, width));
    distances[row] = distance;
    insert(own, distance);
  }
  const far = own[NEIGHBOURS - 1] as number;
  let asFar = 1;
  for (let row = 0; row < images; row++) {
    const [before, known] = rowOf(nearest, row, NEIGHBOURS).subarray(-2) as unknown as [number, number];
    // With it among its neighbours.
    if (Math.min(known, Math.max(before, distances[row] as number)) >= far) asFar += 1;
  }
  return asFar / (images + 1);
}

const rowOf = (rows: Float32Array, row: number, width: number): Float32Array =>
  rows.subarray(row * width, (row + 1) * width);

/** Into a rising list, whose last one it may push out. */
function insert(rising: Float32Array, distance: number): void {
  let at = rising.length - 1;
  if (distance >= (rising[at] as number)) return;
  for (; at > 0 && (rising[at - 1] as number) > distance; at--) rising[at] = rising[at - 1] as number;
  rising[at] = distance;
}

/** Features of nothing but zeros stay as they are. */
function unitLength(features: Float32Array): Float32Array {
  let squares = 0;
  for (const value of features) squares += value * value;
  const length = Math.sqrt(squares);
  return length === 0 ? features : features.map((value) => value / length);
}
