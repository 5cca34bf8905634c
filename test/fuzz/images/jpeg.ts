/** JPEG files: taken apart into segments, and changed behind their lengths. */
import { changedBytes, changedParts, changesOf, type Draw, oddNumber } from "./draw.js";

/** A marker with its segment; of a scan the entropy-coded bytes follow. */
interface Segment {
  readonly marker: number;
  readonly data: Buffer;
  readonly scan: Buffer;
}

const SCAN = 0xda;
const END = 0xd9;
const START = 0xd8;
const NOTHING = Buffer.alloc(0);

export function changedJpeg(bytes: Buffer, draw: Draw): Buffer {
  let segments = split(bytes);
  for (let i = changesOf(draw); i > 0; i--) {
    segments = changedParts(
      segments,
      draw,
      (segment) => changedSegment(segment, draw),
      () => newSegment(draw),
    );
  }
  return join(segments);
}

function changedSegment(segment: Segment, draw: Draw): Segment {
  const { marker, data, scan } = segment;
  if (isFrame(marker) && data.length >= 6) {
    const copy = Buffer.from(data);
    switch (draw.below(4)) {
      case 0:
        // Lossless, arithmetic, hierarchical: kinds of frames that few decoders have.
        return { ...segment, marker: draw.pick([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc9, 0xca]) };
      case 1:
        copy[draw.pick([0, 5])] = draw.below(20);
        break;
      case 2: {
        const at = draw.pick([1, 3]);
        copy.writeUInt16BE(oddNumber(draw, 2, copy.readUInt16BE(at)), at);
        break;
      }
      default:
        copy[6 + draw.below(copy.length - 6)] = draw.pick([0, 1, 0x11, 0x12, 0x21, 0x22, 0x41, 0x44, 0xff]);
    }
    return { ...segment, data: copy };
  }
  if (marker === SCAN && draw.oneIn(2)) return { ...segment, scan: changedBytes(scan, draw) };
  return { ...segment, data: changedBytes(data, draw) };
}

const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

function newSegment(draw: Draw): Segment {
  const text = draw.pick([
    "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0",
    "Exif\0\0MM\0*\0\0\0\x08\xff\xff",
    "ICC_PROFILE\0\x01\x02",
    "Adobe\0d\0\0\0\0\x02",
    "JFIF\0\x01\x02\0\0\x01\0\x01\xff\xff",
    "http://ns.adobe.com/xap/1.0/\0<x",
    "\0\x04",
  ]);
  const marker = draw.pick([0xe0, 0xe1, 0xe2, 0xee, 0xdd, 0xdb, 0xc4, 0xfe]);
  const filling = Buffer.alloc(draw.below(draw.oneIn(5) ? 60_000 : 200), draw.below(256));
  return { marker, data: Buffer.concat([Buffer.from(text, "latin1"), filling]), scan: NOTHING };
}

function join(segments: readonly Segment[]): Buffer {
  const parts = segments.flatMap(({ marker, data, scan }) => {
    if (marker === END) return [Buffer.from([0xff, END])];
    const start = Buffer.from([0xff, marker, 0, 0]);
    start.writeUInt16BE((data.length + 2) & 0xffff, 2);
    return [start, data, scan];
  });
  return Buffer.concat([Buffer.from([0xff, START]), ...parts]);
}

/** Of a file that an encoder wrote. */
function split(bytes: Buffer): Segment[] {
  const segments: Segment[] = [];
  for (let at = 2; at + 2 <= bytes.length; ) {
    const marker = bytes[at + 1] ?? END;
    if (marker === END || at + 4 > bytes.length) {
      segments.push({ marker: END, data: NOTHING, scan: NOTHING });
      break;
    }
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    const next = marker === SCAN ? endOfScan(bytes, end) : end;
    segments.push({ marker, data: bytes.subarray(at + 4, end), scan: bytes.subarray(end, next) });
    at = next;
  }
  return segments;
}

function endOfScan(bytes: Buffer, from: number): number {
  for (let at = from; at + 1 < bytes.length; at++) {
    const next = bytes[at + 1] ?? 0;
    // Stuffed zeros and restart markers are in scans.
    if (bytes[at] === 0xff && next !== 0 && (next < 0xd0 || next > 0xd7)) return at;
  }
  return bytes.length;
}
