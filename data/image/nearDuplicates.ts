/** Finds pictures that look the same: pairs of perceptual hashes that differ in very few bits. */
import { FLAT, hammingDistance } from "./phash.js";

/**
 * Differing bits up to which two pictures count as the same. Distances are even (half of the bits are set). Measured
 * on sign-digits, 2062 look-alike photographs of hands: of copies saved again as JPEG at quality 75 or at half the
 * size 0 bits recognize 78 % and 2 bits 99 %. No two of the originals are within 2 bits; four pairs are within 4; at
 * 10 bits a group is larger than a class. `test/unit/data/image/phash.test.ts` repeats this on a part of them.
 */
export const SAME_PICTURE = 2;

/** Whether two hashes are of one picture. What has no shape is like nothing. */
export function isSamePicture(a: string, b: string): boolean {
  return a !== FLAT && b !== FLAT && hammingDistance(a, b) <= SAME_PICTURE;
}

/** Two hashes that differ in d bits agree in at least one of d + 1 bands (pigeonhole). */
const BANDS = SAME_PICTURE + 1;

/**
 * Of hashes that share a band, from how many on each one's possible neighbours are looked up instead of comparing all: where
 * both take the same time. Measured, in seconds of a processor: 10,000 hashes compared 0.34, looked up 0.39; 50,000 8.2 and 2.7.
 */
const MANY = 10_000;

/**
 * Pairs of positions in `hashes` whose hashes differ in at most {@link SAME_PICTURE} bits, enough of them to connect
 * all that belong together. Flat pictures pair with nothing.
 *
 * Only hashes that share a band are compared. Pictures of one scene share bands by the thousand: of very many the
 * neighbours are looked up, of which each hash has some 1,000. So it is linear in the number of pictures, whatever they show.
 * @param many for tests: how many are very many
 */
export function nearDuplicates(hashes: readonly string[], many = MANY): [number, number][] {
  const pairs: [number, number][] = [];
  const first = new Map<string, number>();
  hashes.forEach((hash, index) => {
    const same = first.get(hash);
    if (same === undefined) first.set(hash, index);
    else if (hash !== FLAT) pairs.push([same, index]);
  });
  first.delete(FLAT);
  const places = [...first.values()];
  const found = (a: number, b: number): void => {
    pairs.push([places[a] as number, places[b] as number]);
  };
  const bands = bandsOf([...first.keys()]);
  for (const [index, band] of bands.entries()) {
    const others = bands.toSpliced(index, 1);
    for (const sharing of sharingOf(band.values)) {
      if (sharing.length < many) compareAll(sharing, others, found);
      else lookUp(sharing, others, found);
    }
  }
  return pairs;
}

/** A part of each hash as a number. */
interface Band {
  /** At most 24. */
  readonly bits: number;
  readonly values: Uint32Array;
}

const BITS_OF_DIGIT = 4;

/** The hashes cut into bands of 5 or 6 hex digits. */
function bandsOf(hashes: readonly string[]): readonly Band[] {
  const digits = FLAT.length;
  return Array.from({ length: BANDS }, (_, band) => {
    const from = Math.floor((digits * band) / BANDS);
    const to = Math.floor((digits * (band + 1)) / BANDS);
    const bandOf = (hash: string): number => Number.parseInt(hash.slice(from, to), 16);
    return { bits: BITS_OF_DIGIT * (to - from), values: Uint32Array.from(hashes, bandOf) };
  });
}

/** Positions of equal values, where there are several. */
function sharingOf(values: Uint32Array): readonly (readonly number[])[] {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const sharing = new Map<number, number[]>();
  values.forEach((value, index) => {
    if (counts.get(value) === 1) return;
    const own = sharing.get(value);
    if (own === undefined) sharing.set(value, [index]);
    else own.push(index);
  });
  return [...sharing.values()];
}

type Found = (a: number, b: number) => void;

function compareAll(sharing: readonly number[], others: readonly Band[], found: Found): void {
  // One after the other in memory: there are as many readings as pairs.
  const values = others.map((band) => Uint32Array.from(sharing, (index) => band.values[index] as number));
  for (let a = 1; a < sharing.length; a++) {
    for (let b = 0; b < a; b++) {
      let left = SAME_PICTURE;
      for (let band = 0; band < values.length && left >= 0; band++) {
        const own = values[band] as Uint32Array;
        let different = (own[a] as number) ^ (own[b] as number);
        for (; different !== 0 && left >= 0; different &= different - 1) left--;
      }
      if (left >= 0) found(sharing[b] as number, sharing[a] as number);
    }
  }
}

/** Turns up to {@link SAME_PICTURE} bits of each hash over, and looks whether there is such a one before it. */
function lookUp(sharing: readonly number[], others: readonly Band[], found: Found): void {
  const bits = others.reduce((sum, band) => sum + band.bits, 0);
  const before = new Map<number, number>();
  const turns = new Float64Array(bits);
  const search = (key: number, from: number, left: number, own: number): void => {
    for (let bit = from; bit < bits; bit++) {
      const turned = key + (turns[bit] as number);
      const other = before.get(turned);
      if (other !== undefined) found(other, own);
      if (left > 1) search(turned, bit + 1, left - 1, own);
    }
  };
  for (const index of sharing) {
    // All other bands as one number: at most 44 bits, which a double holds.
    const key = others.reduce((sum, band) => sum * 2 ** band.bits + (band.values[index] as number), 0);
    for (let bit = 0; bit < bits; bit++) {
      const isSet = Math.floor(key / 2 ** bit) % 2 === 1;
      turns[bit] = isSet ? -(2 ** bit) : 2 ** bit;
    }
    search(key, 0, SAME_PICTURE, index);
    before.set(key, index);
  }
}
