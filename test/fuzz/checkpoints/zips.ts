/** Zip files as PyTorch writes them, nothing compressed, with right checksums; and with what a reader has to look out for. */
import { deflateRawSync } from "node:zlib";
import type { Drawing } from "../drawing.js";

export interface Member {
  readonly name: string;
  readonly data: Buffer;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** As zip files have it. Node's own came with 20.15. */
function checksum(data: Buffer): number {
  let value = 0xffffffff;
  for (const byte of data) value = (value >>> 8) ^ (TABLE[(value ^ byte) & 255] ?? 0);
  return ~value >>> 0;
}

/** What the central directory says of a member; the format's fields. */
interface Listed {
  flags: number;
  method: number;
  crc: number;
  packed: number;
  unpacked: number;
  offset: number;
  extra: Buffer;
  name: Buffer;
}

/** What is listed instead, as somebody would who wants a reader to trip. */
type Lie = (draw: Drawing, listed: Listed) => Partial<Listed>;

const ODD = [0, 1, 64, 65_535, 2 ** 31 - 1, 2 ** 32 - 2, 2 ** 32 - 1];

const BAD_NAMES = ["../../../x", "/etc/x", "a\\b", "C:/x", "a/data.pkl", "a/data/0", "", "a/\u001b[2J", "\0"];
/** Stands for "see the field for sizes beyond 4 GB". */
const ELSEWHERE = 2 ** 32 - 1;

const LIES: readonly Lie[] = [
  () => ({ flags: 1 }),
  (draw) => ({ flags: draw.below(65_536) }),
  (draw) => ({ method: draw.pick([8, 12, 14, 93, 99]) }),
  (draw) => ({ unpacked: draw.pick(ODD) }),
  (draw) => ({ packed: draw.pick(ODD) }),
  (draw) => {
    const size = draw.pick(ODD);
    return { packed: size, unpacked: size };
  },
  (draw) => ({ offset: draw.pick([...ODD, draw.below(5000)]) }),
  (draw) => ({ crc: draw.below(2 ** 31) }),
  (draw) => ({ extra: zip64(draw) }),
  (draw, { offset }) => ({
    ...{ extra: zip64(draw), packed: ELSEWHERE, unpacked: ELSEWHERE },
    offset: draw.oneIn(2) ? ELSEWHERE : offset,
  }),
  (draw) => ({ extra: Buffer.from([1, 0, draw.below(256), draw.below(256), 1, 2, 3]) }),
  (draw) => ({ name: Buffer.from(draw.pick(BAD_NAMES)) }),
];

/** The field for sizes beyond 4 GB, with any. */
function zip64(draw: Drawing): Buffer {
  const values = Array.from({ length: 1 + draw.below(4) }, () =>
    draw.pick([0n, 8n, 100n, 2n ** 31n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]),
  );
  const field = Buffer.alloc(4 + 8 * values.length);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(8 * values.length, 2);
  for (const [i, value] of values.entries()) field.writeBigUInt64LE(value, 4 + 8 * i);
  return field;
}

/** @param lies how many there are; none gives a file that every reader takes */
export function zipOf(members: readonly Member[], draw: Drawing, lies: number): Buffer {
  const isPacked = lies > 0 && draw.oneIn(12);
  const all = members.map(({ name, data }): Listed & { readonly body: Buffer } => {
    const body = isPacked ? deflateRawSync(data) : data;
    const sizes = { packed: body.length, unpacked: data.length };
    const listed = { flags: 0, method: isPacked ? 8 : 0, crc: checksum(data), ...sizes, offset: 0 };
    return { ...listed, extra: Buffer.alloc(0), name: Buffer.from(name), body };
  });
  const parts: Buffer[] = [];
  let offset = 0;
  for (const one of all) {
    one.offset = offset;
    const local = header(0x04034b50, one, [20, one.flags, one.method, 0, 0]);
    parts.push(local, one.name, one.body);
    offset += local.length + one.name.length + one.body.length;
  }
  for (let i = 0; i < lies && all.length > 0; i++) tell(draw.pick(all), draw);
  const start = offset;
  for (const one of all) {
    const head = header(0x02014b50, one, [20, 20, one.flags, one.method, 0, 0]);
    head.writeUInt16LE(one.extra.length, head.length - 2);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(one.offset >>> 0, 10);
    parts.push(head, tail, one.name, one.extra);
    offset += head.length + tail.length + one.name.length + one.extra.length;
  }
  return Buffer.concat([...parts, end(all.length, offset - start, start, draw, lies)]);
}

function tell(listed: Listed, draw: Drawing): void {
  Object.assign(listed, draw.pick(LIES)(draw, listed));
}

/** What local headers and the central directory have in common, from the signature to the lengths of name and field. */
function header(signature: number, one: Listed, shorts: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 + 2 * shorts.length + 12 + 4);
  bytes.writeUInt32LE(signature, 0);
  for (const [i, value] of shorts.entries()) bytes.writeUInt16LE(value, 4 + 2 * i);
  const at = 4 + 2 * shorts.length;
  for (const [i, value] of [one.crc, one.packed, one.unpacked].entries())
    bytes.writeUInt32LE(value >>> 0, at + 4 * i);
  bytes.writeUInt16LE(one.name.length, at + 12);
  return bytes;
}

function end(count: number, size: number, start: number, draw: Drawing, lies: number): Buffer {
  const bytes = Buffer.alloc(22);
  bytes.writeUInt32LE(0x06054b50, 0);
  const isLie = lies > 0 && draw.oneIn(5);
  const told = isLie ? draw.pick([0, count + 1, 65_535]) : count;
  bytes.writeUInt16LE(told, 8);
  bytes.writeUInt16LE(told, 10);
  bytes.writeUInt32LE(isLie && draw.oneIn(2) ? draw.pick(ODD) : size, 12);
  bytes.writeUInt32LE(isLie && draw.oneIn(2) ? draw.pick(ODD) : start, 16);
  return bytes;
}
