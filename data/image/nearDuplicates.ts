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

/**
 * Pairs of positions in `hashes` whose hashes differ in at most {@link SAME_PICTURE} bits, enough of them to connect
 * all that belong together. Flat pictures pair with nothing.
 *
 * Two hashes that differ in d bits agree in at least one of d + 1 bands (pigeonhole), so only hashes that share a
 * band are compared: near-linear in the number of pictures instead of quadratic.
 */
export function nearDuplicates(hashes: readonly string[]): [number, number][] {
  const pairs: [number, number][] = [];
  const first = new Map<string, number>();
  hashes.forEach((hash, index) => {
    const same = first.get(hash);
    if (same === undefined) first.set(hash, index);
    else if (hash !== FLAT) pairs.push([same, index]);
  });
  first.delete(FLAT);
  const bands = new Map<string, string[]>();
  for (const hash of first.keys()) {
    for (const band of bandsOf(hash)) {
      const sharing = bands.get(band);
      if (sharing === undefined) bands.set(band, [hash]);
      else sharing.push(hash);
    }
  }
  for (const sharing of bands.values()) {
    sharing.forEach((a, position) => {
      for (const b of sharing.slice(position + 1)) {
        if (hammingDistance(a, b) <= SAME_PICTURE)
          pairs.push([first.get(a) as number, first.get(b) as number]);
      }
    });
  }
  return pairs;
}

/** The hash cut into SAME_PICTURE + 1 parts of 5 or 6 hex digits, each with its position. */
function bandsOf(hash: string): string[] {
  const count = SAME_PICTURE + 1;
  return Array.from({ length: count }, (_, band) => {
    const from = Math.floor((hash.length * band) / count);
    const to = Math.floor((hash.length * (band + 1)) / count);
    return `${band}:${hash.slice(from, to)}`;
  });
}
