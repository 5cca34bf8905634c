/** TIFF files: entries of their directory changed where they stand, in either order of bytes, and BigTIFF. */
import { changedBytes, changesOf, type Draw, oddNumber } from "./draw.js";

/** Tags that decoders act on: sizes, kinds of samples, strips, tiles, palettes, sub-directories, profiles. */
const TAGS = [
  254, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 284, 317, 320, 322, 323, 324, 325, 330, 332,
  338, 339, 347, 529, 530, 34_675, 34_665, 50_706,
];
const TYPES = [0, 1, 2, 3, 4, 5, 7, 12, 13, 16, 255];
/** What stands for kinds of colours and of compression. */
const KINDS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 32_773, 32_803, 34_712, 34_892, 50_000, 65_535];

export function changedTiff(bytes: Buffer, draw: Draw): Buffer {
  const copy = Buffer.from(bytes);
  const layout = layoutOf(copy);
  if (layout === undefined) return changedBytes(copy, draw);
  for (let i = changesOf(draw); i > 0; i--) changeEntry(copy, layout, draw);
  return draw.oneIn(4) ? changedBytes(copy, draw) : copy;
}

interface Layout {
  /** Where the first directory's entries begin. */
  readonly first: number;
  readonly entries: number;
  /** Bytes of a count or an offset. */
  readonly word: 4 | 8;
  /** Where the directory begins, and where it is told. */
  readonly directory: number;
  readonly pointer: number;
  write(value: number, at: number, size: number): void;
  read(at: number, size: number): number;
}

function layoutOf(bytes: Buffer): Layout | undefined {
  const little = bytes.toString("latin1", 0, 2) === "II";
  const read = (at: number, size: number): number => {
    const small = Math.min(6, size);
    return little ? bytes.readUIntLE(at, small) : bytes.readUIntBE(at + size - small, small);
  };
  const write = (value: number, at: number, size: number): void => {
    if (at < 0 || at + size > bytes.length) return;
    const small = Math.min(6, size);
    bytes.fill(0, at, at + size);
    const fitting = value % 2 ** (8 * small);
    if (little) bytes.writeUIntLE(fitting, at, small);
    else bytes.writeUIntBE(fitting, at + size - small, small);
  };
  const isBig = read(2, 2) === 43;
  const word = isBig ? 8 : 4;
  const pointer = isBig ? 8 : 4;
  const directory = read(pointer, word);
  if (directory + 16 > bytes.length) return undefined;
  const counted = isBig ? 8 : 2;
  const entries = Math.min(read(directory, counted), 200);
  return { first: directory + counted, entries, word, directory, pointer, read, write };
}

function changeEntry(bytes: Buffer, layout: Layout, draw: Draw): void {
  const at = layout.first + draw.below(layout.entries) * (4 + 2 * layout.word);
  if (at + 4 + 2 * layout.word > bytes.length) return;
  layout.write(...changeAt(at, bytes.length, layout, draw));
}

/** @param at an entry: tag, type, count, value @returns what to write where, in how many bytes */
function changeAt(
  at: number,
  length: number,
  { first, entries, word, directory, pointer, read }: Layout,
  draw: Draw,
): readonly [value: number, at: number, size: number] {
  const value = at + 4 + word;
  switch (draw.below(12)) {
    case 0:
      return [draw.oneIn(2) ? draw.pick(TAGS) : draw.below(65_536), at, 2];
    case 1:
      return [draw.pick(TYPES), at + 2, 2];
    case 2:
      return [oddNumber(draw, 4, read(at + 4, word)), at + 4, word];
    case 3:
      // The next directory is this one, or lies anywhere.
      return [draw.oneIn(2) ? directory : draw.below(length), first + entries * (4 + 2 * word), word];
    case 4:
      return [draw.oneIn(2) ? draw.below(length) : oddNumber(draw, 4), pointer, word];
    case 5:
      return [oddNumber(draw, 2, entries), directory, word === 8 ? 8 : 2];
    case 6:
      return [draw.pick(KINDS), value, 2];
    default:
      // A count or a type may make an offset of it.
      return [oddNumber(draw, 4, read(value, 4)), value, draw.pick([2, 4])];
  }
}
