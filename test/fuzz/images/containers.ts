/** WebP, GIF and AVIF files: taken apart by their containers, and changed behind the lengths. */
import { changedBytes, changedParts, changesOf, type Draw, oddNumber } from "./draw.js";

interface Part {
  readonly name: string;
  readonly data: Buffer;
}

/** RIFF: chunks with names and lengths. */
export function changedWebp(bytes: Buffer, draw: Draw): Buffer {
  let parts = splitRiff(bytes.subarray(12));
  for (let i = changesOf(draw); i > 0; i--) {
    parts = changedParts(
      parts,
      draw,
      (part) => changedRiff(part, draw),
      () => newRiff(draw),
    );
  }
  const body = Buffer.concat([Buffer.from("WEBP"), joinRiff(parts)]);
  const start = Buffer.from("RIFF\0\0\0\0");
  start.writeUInt32LE(draw.oneIn(12) ? oddNumber(draw, 4, body.length) : body.length, 4);
  return Buffer.concat([start, body]);
}

function splitRiff(bytes: Buffer): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32LE(at + 4);
    parts.push({ name: bytes.toString("latin1", at, at + 4), data: bytes.subarray(at + 8, at + 8 + length) });
    at += 8 + length + (length % 2);
  }
  return parts;
}

function joinRiff(parts: readonly Part[]): Buffer {
  return Buffer.concat(
    parts.map(({ name, data }) => {
      const start = Buffer.from(`${name}\0\0\0\0`, "latin1");
      start.writeUInt32LE(data.length, 4);
      return Buffer.concat([start, data, Buffer.alloc(data.length % 2)]);
    }),
  );
}

/** Where the sizes of pictures and frames are, three bytes or two each. */
const SIZES: Readonly<Record<string, readonly (readonly [at: number, size: number])[]>> = {
  VP8X: [
    [4, 3],
    [7, 3],
  ],
  ANMF: [
    [0, 3],
    [3, 3],
    [6, 3],
    [9, 3],
  ],
  "VP8 ": [
    [6, 2],
    [8, 2],
  ],
  VP8L: [[1, 4]],
};

function changedRiff({ name, data }: Part, draw: Draw): Part {
  const sizes = SIZES[name] ?? [];
  if (sizes.length > 0 && draw.oneIn(2)) {
    const copy = Buffer.from(data);
    const [at, size] = draw.pick(sizes);
    if (at + size <= copy.length)
      copy.writeUIntLE(oddNumber(draw, size, copy.readUIntLE(at, size)), at, size);
    return { name, data: copy };
  }
  if (name === "ANMF" && data.length > 16) {
    const inside = splitRiff(data.subarray(16)).map((part) =>
      draw.oneIn(2) ? changedRiff(part, draw) : part,
    );
    return { name, data: Buffer.concat([data.subarray(0, 16), joinRiff(inside)]) };
  }
  if (draw.oneIn(8))
    return { name: draw.pick(["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "EXIF"]), data };
  return { name, data: changedBytes(data, draw) };
}

function newRiff(draw: Draw): Part {
  return {
    name: draw.pick(["VP8X", "ALPH", "ANIM", "ANMF", "ICCP", "EXIF", "XMP ", "abcd"]),
    data: Buffer.alloc(draw.below(100), draw.below(256)),
  };
}

/** GIF: a screen, then blocks whose first byte says what they are. */
export function changedGif(bytes: Buffer, draw: Draw): Buffer {
  const copy = Buffer.from(bytes);
  const frames = [...copy.keys()].filter((at) => copy[at] === 0x2c && at + 10 < copy.length);
  for (let i = changesOf(draw); i > 0; i--) {
    const at = draw.oneIn(2) || frames.length === 0 ? 6 : draw.pick(frames) + 1;
    const place = at + 2 * draw.below(at === 6 ? 2 : 4);
    switch (draw.below(4)) {
      case 0:
        // Flags of the colour table and of interlacing, and the size of codes after them.
        copy[at === 6 ? 10 : at + 8 + draw.below(2)] = draw.below(256);
        break;
      case 1:
        return changedBytes(copy, draw);
      default:
        copy.writeUInt16LE(oddNumber(draw, 2, copy.readUInt16LE(place)), place);
    }
  }
  // Many frames: the last byte ends the file.
  if (!draw.oneIn(10) || frames.length === 0) return copy;
  const frame = copy.subarray(draw.pick(frames), copy.length - 1);
  return Buffer.concat([
    copy.subarray(0, copy.length - 1),
    ...new Array<Buffer>(2000).fill(frame),
    Buffer.from([0x3b]),
  ]);
}

/** Boxes that hold boxes, and how many bytes come before those. */
const HOLDERS: Readonly<Record<string, number>> = { meta: 4, iprp: 0, ipco: 0, iinf: 6, iref: 4, dinf: 0 };

/** ISO base media: boxes in boxes. */
export function changedAvif(bytes: Buffer, draw: Draw): Buffer {
  let boxes = splitBoxes(bytes);
  for (let i = changesOf(draw); i > 0; i--) boxes = changedBoxes(boxes, draw);
  return joinBoxes(boxes, draw);
}

function changedBoxes(boxes: readonly Part[], draw: Draw): Part[] {
  const anew = (): Part => ({
    name: draw.pick(["free", "uuid", "ispe", "irot", "imir", "clap", "pixi", "grid", "iloc", "colr", "auxC"]),
    data: Buffer.alloc(draw.below(64), draw.below(256)),
  });
  return changedParts(boxes, draw, (box) => changedBox(box, draw), anew);
}

function changedBox({ name, data }: Part, draw: Draw): Part {
  const before = HOLDERS[name];
  if (before !== undefined && data.length > before) {
    const inside = changedBoxes(splitBoxes(data.subarray(before)), draw);
    return { name, data: Buffer.concat([data.subarray(0, before), joinBoxes(inside, draw)]) };
  }
  if (data.length >= 12 && (name === "ispe" || name === "iloc") && draw.oneIn(2)) {
    const copy = Buffer.from(data);
    const at = 4 * (1 + draw.below(Math.floor(copy.length / 4) - 1));
    copy.writeUInt32BE(oddNumber(draw, 4, copy.readUInt32BE(at)), at);
    return { name, data: copy };
  }
  if (name === "ftyp" && draw.oneIn(2))
    return { name, data: Buffer.from(draw.pick(["avif", "avis", "mif1", "heic", "mp42"])) };
  return { name, data: changedBytes(data, draw) };
}

function splitBoxes(bytes: Buffer): Part[] {
  const boxes: Part[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = Math.max(8, bytes.readUInt32BE(at) || bytes.length - at);
    boxes.push({ name: bytes.toString("latin1", at + 4, at + 8), data: bytes.subarray(at + 8, at + length) });
    at += length;
  }
  return boxes;
}

function joinBoxes(boxes: readonly Part[], draw: Draw): Buffer {
  return Buffer.concat(
    boxes.flatMap(({ name, data }) => {
      const start = Buffer.from(`\0\0\0\0${name}`, "latin1");
      start.writeUInt32BE(draw.oneIn(60) ? oddNumber(draw, 4, data.length + 8) : data.length + 8, 0);
      return [start, data];
    }),
  );
}
