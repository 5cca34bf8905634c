/**
 * Counter-based random numbers: Philox4x32-10.
 *
 * Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011. A block of four
 * 32-bit words is a pure function of a 128-bit counter and a 64-bit key, so there is no generator state
 * to save, and a resumed run draws exactly what the uninterrupted one would have drawn.
 */

// Signed, as is all that follows: unsigned integers above 2^31 would be kept as floating-point numbers, in twice the time.
const M0 = 0xd2511f53 | 0;
const M1 = 0xcd9e8d57 | 0;
const W0 = 0x9e3779b9 | 0;
const W1 = 0xbb67ae85 | 0;
const ROUNDS = 10;

/** High 32 bits of the 64-bit product of two 32-bit integers taken as unsigned; no sum on the way reaches 2^32. */
function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const middleLow = ((middle & 0xffff) + Math.imul(aLow, bHigh)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (middleLow >>> 16)) | 0;
}

/** 32-bit words as signed integers: `>>> 0` gives the unsigned ones. */
export type Words4 = [number, number, number, number];

/**
 * One Philox4x32-10 block, into `words`: an array for each block would take longer than to compute it.
 * @param words is the counter, and then four uniformly distributed 32-bit words
 * @param key0 first half of the key
 * @param key1 second half of the key
 */
export function philox4x32(words: Words4, key0: number, key1: number): void {
  let c0 = words[0] | 0;
  let c1 = words[1] | 0;
  let c2 = words[2] | 0;
  let c3 = words[3] | 0;
  let k0 = key0 | 0;
  let k1 = key1 | 0;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = mulHigh(c0, M0);
    const low0 = Math.imul(M0, c0);
    const high1 = mulHigh(c2, M1);
    const low1 = Math.imul(M1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}
