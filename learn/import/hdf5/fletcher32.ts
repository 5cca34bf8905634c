/** Checksums of chunks as HDF5 stores them: Fletcher's of 32 bits, over words of 16 bits whose first byte is the higher one. */

/** Bytes of a checksum behind what it is of. */
export const CHECKSUM = 4;
/** So many words leave the second sum below 2^32, as HDF5 folds it: 65,535 and nought are two sums here. */
const WORDS = 360;

/** @param data of any length; an odd one is filled up with a nought @returns 0 to 2^32 - 1 */
export function fletcher32(data: Uint8Array): number {
  let [first, second] = [0, 0];
  for (let at = 0; at < data.length; ) {
    for (const end = Math.min(at + 2 * WORDS, data.length); at < end; at += 2) {
      first += ((data[at] ?? 0) << 8) | (data[at + 1] ?? 0);
      second += first;
    }
    [first, second] = [folded(first), folded(second)];
  }
  return ((folded(second) << 16) | folded(first)) >>> 0;
}

const folded = (sum: number): number => (sum & 0xffff) + (sum >>> 16);

/**
 * @param stored data and, behind it, its checksum
 * @returns whether they fit. HDF5 before 1.6.3 summed words of the other order on machines such as today's, and its files
 * are sound, too.
 */
export function isSound(stored: Buffer): boolean {
  if (stored.length < CHECKSUM) return false;
  const sum = fletcher32(stored.subarray(0, -CHECKSUM));
  const swapped = ((sum & 0x00ff00ff) << 8) | ((sum >>> 8) & 0x00ff00ff);
  const said = stored.readUInt32LE(stored.length - CHECKSUM);
  return said === sum || said === swapped >>> 0;
}
