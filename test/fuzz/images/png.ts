/** PNG files: written chunk by chunk with right checksums, taken apart, and changed behind the checksums. */
import { deflateSync, inflateSync } from "node:zlib";
import { changedBytes, changedParts, changesOf, type Draw, oddNumber } from "./draw.js";

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly depth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey and 6 RGB with transparency. */
  readonly colour: number;
  readonly interlaced: boolean;
}

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** First column and row of each pass of Adam7, and the steps between them. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** @param compressed the pixels as IDAT holds them */
export function pngFile(header: PngHeader, compressed: Buffer, more: readonly Chunk[] = []): Buffer {
  const { width, height, depth, colour, interlaced } = header;
  const start = Buffer.alloc(13);
  start.writeUInt32BE(width, 0);
  start.writeUInt32BE(height, 4);
  start.set([depth, colour, 0, 0, interlaced ? 1 : 0], 8);
  return join([
    { type: "IHDR", data: start },
    ...more,
    { type: "IDAT", data: compressed },
    { type: "IEND", data: Buffer.alloc(0) },
  ]);
}

/** A picture of noise with the filter of each row drawn. */
export function drawnPng(header: PngHeader, draw: Draw): Buffer {
  const bits = header.depth * (SAMPLES[header.colour] ?? 1);
  const rowsOf = (width: number, height: number): Buffer[] =>
    Array.from({ length: width === 0 ? 0 : height }, () => {
      const row = Buffer.from(Array.from({ length: Math.ceil((width * bits) / 8) }, () => draw.below(256)));
      return Buffer.concat([Buffer.from([draw.below(5)]), row]);
    });
  const passes = header.interlaced ? PASSES : ([[0, 0, 1, 1]] as const);
  const rows = passes.flatMap(([x, y, dx, dy]) =>
    rowsOf(Math.ceil((header.width - x) / dx), Math.ceil((header.height - y) / dy)),
  );
  const palette = Buffer.from(
    Array.from({ length: 3 * 2 ** Math.min(8, header.depth) }, () => draw.below(256)),
  );
  const chunks = header.colour === 3 ? [{ type: "PLTE", data: palette }] : [];
  return pngFile(header, deflateSync(Buffer.concat(rows)), chunks);
}

export function changedPng(bytes: Buffer, draw: Draw): Buffer {
  const anew = (): Chunk => newChunk(draw);
  let chunks = draw.oneIn(100) ? grown(split(bytes), draw) : split(bytes);
  if (draw.oneIn(100)) return join(grown(chunks, draw));
  for (let i = changesOf(draw); i > 0; i--) {
    chunks = changedParts(chunks, draw, (chunk) => changedChunk(chunk, draw), anew);
  }
  return join(chunks);
}

/** Bytes of the unpacked rows of a large picture, at most. */
const GROWN = 60e6;

/** A small file of a large black picture, all of whose rows are there: memory is for what is decoded, not for the file. */
function grown(chunks: readonly Chunk[], draw: Draw): Chunk[] {
  const header = Buffer.from(chunks[0]?.data ?? "");
  if (header.length !== 13) return [...chunks];
  const bits = (header[8] ?? 8) * (SAMPLES[header[9] ?? 0] ?? 1);
  const width = 500 + draw.below(8000);
  const height = Math.min(8 * width, Math.floor(GROWN / (1 + Math.ceil((width * bits) / 8))));
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Passes of an interlaced picture have a few filters more than rows of the whole have.
  const rows = deflateSync(
    Buffer.alloc(height * (1 + Math.ceil((width * bits) / 8)) + 2 * height + 1000 * 8),
    { level: 1 },
  );
  return chunks.map(({ type, data }) =>
    type === "IHDR" ? { type, data: header } : type === "IDAT" ? { type, data: rows } : { type, data },
  );
}

function changedChunk({ type, data }: Chunk, draw: Draw): Chunk {
  if (type === "IHDR" && data.length === 13) {
    const copy = Buffer.from(data);
    if (draw.oneIn(2)) {
      const at = draw.pick([0, 4]);
      copy.writeUInt32BE(oddNumber(draw, 4, copy.readUInt32BE(at)), at);
    } else copy[8 + draw.below(5)] = draw.pick([0, 1, 2, 3, 4, 6, 8, 16, 32, 255]);
    return { type, data: copy };
  }
  if (type !== "IDAT" || draw.oneIn(3)) return { type, data: changedBytes(data, draw) };
  const rows = unpacked(data);
  return { type, data: deflateSync(draw.oneIn(4) ? Buffer.concat([rows, rows]) : changedBytes(rows, draw)) };
}

function unpacked(data: Buffer): Buffer {
  try {
    return inflateSync(data);
  } catch {
    return data;
  }
}

/** Chunks that decoders look into, right and wrong. */
function newChunk(draw: Draw): Chunk {
  const filled = (most: number): Buffer => Buffer.alloc(draw.below(most), draw.below(256));
  const packed = (start: string): Buffer =>
    Buffer.concat([Buffer.from(start, "latin1"), deflateSync(Buffer.alloc(draw.oneIn(8) ? 30e6 : 1000))]);
  switch (draw.below(8)) {
    case 0:
      return { type: "iCCP", data: packed("x\0\0") };
    case 1:
      return { type: "zTXt", data: packed("Comment\0\0") };
    case 2:
      return { type: "iTXt", data: packed("Comment\0\x01\0\0\0") };
    case 3:
      return {
        type: "eXIf",
        data: Buffer.concat([
          Buffer.from("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", "latin1"),
          filled(300),
        ]),
      };
    case 4:
      return {
        type: draw.pick(["tRNS", "bKGD", "sBIT", "hIST", "gAMA", "cHRM", "pHYs", "sRGB", "cICP"]),
        data: filled(40),
      };
    case 5:
      return { type: draw.pick(["acTL", "fcTL", "fdAT"]), data: filled(40) };
    case 6:
      return { type: "PLTE", data: filled(1000) };
    default:
      return {
        type: String.fromCharCode(...Array.from({ length: 4 }, () => 65 + draw.below(60))),
        data: filled(200),
      };
  }
}

function join(chunks: readonly Chunk[]): Buffer {
  const parts = chunks.map(({ type, data }) => {
    const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(checksum(named));
    return Buffer.concat([length, named, sum]);
  });
  return Buffer.concat([SIGNATURE, ...parts]);
}

/** Of a file that this module or an encoder wrote. */
function split(bytes: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    chunks.push({ type, data: bytes.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

const TABLE = Array.from({ length: 256 }, (_, start) => {
  let value = start;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

/** CRC-32 of ISO 3309; Node has one only from version 20.15 on. */
function checksum(bytes: Buffer): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (TABLE[(value ^ byte) & 255] ?? 0) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
