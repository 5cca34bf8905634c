/** Some of many, drawn. */
import { permutation, randomStream } from "../rng/stream.js";

/** Of all that is sampled for a comparison: the same items give the same sample. */
const SEED = 1;

/** @returns all where they are at most `most`, else so many of them, in their order */
export function sampled<Item>(items: readonly Item[], most: number, purpose: string): readonly Item[] {
  if (items.length <= most) return items;
  const chosen = permutation(items.length, randomStream(SEED, purpose)).subarray(0, most);
  return [...chosen].sort((a, b) => a - b).map((index) => items[index] as Item);
}
