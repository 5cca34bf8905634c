/** Named random streams over Philox: a draw is a function of (seed, purpose, coordinates, index). */
import { philox4x32, type Words4 } from "./philox.js";

/** 32-bit FNV-1a of a string; turns a purpose such as `"dropout"` into half of the key. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash;
}

/**
 * A source of random numbers that is a pure function of its arguments. Two streams with different seed,
 * purpose or coordinates are independent; the same arguments give the same numbers for ever.
 */
export interface RandomStream {
  /** The `index`-th number of the stream, uniform in [0, 1) with 24 bits (exact in float32). */
  uniform(index: number): number;
  /** The `index`-th unsigned 32-bit word of the stream. */
  word(index: number): number;
}

/**
 * @param seed the run's seed, an unsigned 32-bit integer
 * @param purpose what the numbers are for, e.g. `"shuffle"`
 * @param coordinates up to three unsigned 32-bit integers, e.g. epoch, step, sample
 */
export function randomStream(seed: number, purpose: string, ...coordinates: readonly number[]): RandomStream {
  if (coordinates.length > 3) throw new RangeError("a random stream takes at most three coordinates");
  const [x = 0, y = 0, z = 0] = coordinates;
  const ofPurpose = fnv1a(purpose);
  let cachedBlock = -1;
  const words: Words4 = [0, 0, 0, 0];
  const word = (index: number): number => {
    const block = Math.floor(index / 4);
    if (block !== cachedBlock) {
      words[0] = block | 0;
      words[1] = x | 0;
      words[2] = y | 0;
      words[3] = z | 0;
      philox4x32(words, seed, ofPurpose);
      cachedBlock = block;
    }
    return words[(index % 4) as 0 | 1 | 2 | 3] >>> 0;
  };
  return { word, uniform: (index) => (word(index) >>> 8) / 0x1000000 };
}

/**
 * A permutation of `0 … length-1` by Fisher–Yates (Durstenfeld 1964) over `stream`.
 * The modulo bias of 32-bit words is below 2^-32 · length and ignored.
 */
export function permutation(length: number, stream: RandomStream): Uint32Array {
  const order = new Uint32Array(length);
  for (let i = 0; i < length; i++) order[i] = i;
  for (let i = length - 1; i > 0; i--) {
    const j = stream.word(i) % (i + 1);
    const swap = order[i] as number;
    order[i] = order[j] as number;
    order[j] = swap;
  }
  return order;
}
