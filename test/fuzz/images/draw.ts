/** Draws for a case, and the changes that fit any format: of bytes, of numbers, of lists of parts. */
import { type Drawing, drawingOf } from "../drawing.js";

export type Draw = Drawing;

/** The same seed and index draw the same for ever. */
export const drawOf = (seed: number, index: number): Draw => drawingOf(seed, "fuzzed images", index);

/** Sides, counts and offsets where programs go wrong: none, one, limits of types, and this project's own limits. */
const ODD = [
  0, 1, 2, 7, 8, 9, 16, 31, 33, 64, 127, 128, 255, 256, 257, 1000, 4095, 4096, 11_584, 11_585, 16_383, 16_384,
  32_767, 32_768, 65_535, 65_536, 0xffffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
];

/** @param bytes that the number has @returns one that fits, often near `old` */
export function oddNumber(draw: Draw, bytes: number, old = 0): number {
  const limit = 2 ** (8 * bytes);
  const drawn = draw.oneIn(3) ? old + draw.below(5) - 2 : draw.oneIn(4) ? draw.below(limit) : draw.pick(ODD);
  return ((drawn % limit) + limit) % limit;
}

/** How many changes a file gets: after one of them more is read than after several. */
export function changesOf(draw: Draw): number {
  return draw.oneIn(2) ? 1 : 1 + draw.below(4);
}

/** Some bytes replaced, or the end cut off, or a part repeated. */
export function changedBytes(bytes: Buffer, draw: Draw): Buffer {
  if (bytes.length === 0) return bytes;
  const at = draw.below(bytes.length);
  switch (draw.below(8)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(draw.below(at + 1))]);
    case 2:
      return Buffer.concat([bytes, Buffer.alloc(draw.below(5000), draw.below(256))]);
    default: {
      const copy = Buffer.from(bytes);
      const many = 1 + draw.below(8);
      for (let i = 0; i < many; i++) {
        const where = draw.oneIn(2) ? draw.below(Math.min(64, copy.length)) : draw.below(copy.length);
        copy[where] = draw.oneIn(2) ? draw.below(256) : (copy[where] ?? 0) ^ (1 << draw.below(8));
      }
      return copy;
    }
  }
}

/** One part changed, dropped, repeated, moved or made anew. */
export function changedParts<Part>(
  parts: readonly Part[],
  draw: Draw,
  change: (part: Part) => Part,
  anew: () => Part,
): Part[] {
  if (parts.length === 0) return [anew()];
  const at = draw.below(parts.length);
  const part = parts[at] as Part;
  switch (draw.below(10)) {
    case 0:
      return parts.toSpliced(at, 1);
    case 1:
      return parts.toSpliced(at, 0, ...Array.from({ length: draw.oneIn(20) ? 3000 : 1 }, () => part));
    case 2:
      return parts.toSpliced(at, 1).toSpliced(draw.below(parts.length), 0, part);
    case 3:
      return parts.toSpliced(at, 0, anew());
    default:
      return parts.with(at, change(part));
  }
}
