/** HDF5 files as h5py writes them, with the place of every number that a reader trusts, so that it can be changed. */
import { deflateSync } from "node:zlib";
import type { Drawing } from "../drawing.js";

/** Numbers of float32, or what is below a name. */
export type Node = Numbers | Group;

export interface Numbers {
  readonly shape: readonly number[];
  readonly data: Buffer;
  /** Rows in a chunk, of which each is compressed; absent where all is in one piece. */
  readonly rows?: number;
}

export interface Group {
  readonly members: Readonly<Record<string, Node>>;
  /** The attribute `name`. */
  readonly name?: string;
}

/** Where a number lies in the file, and how many bytes it has. */
interface Field {
  readonly at: number;
  readonly bytes: 1 | 2 | 4 | 8;
}

interface Written {
  readonly file: Buffer;
  readonly fields: readonly Field[];
}

const NONE = 2n ** 64n - 1n;

/** Numbers one after another, of which those with a size are fields. */
type Part = Buffer | readonly [bytes: Field["bytes"], value: number | bigint];

/** Lays parts one after another; whoever refers to them gets their address. */
function writer() {
  const parts: Buffer[] = [];
  const fields: Field[] = [];
  let size = 0;
  const place = (given: readonly Part[]): number => {
    const address = size;
    for (const part of given) {
      const bytes = Buffer.isBuffer(part) ? part : numberOf(...part);
      if (!Buffer.isBuffer(part)) fields.push({ at: size, bytes: part[0] });
      parts.push(bytes);
      size += bytes.length;
    }
    // Everything begins at a multiple of eight.
    const rest = Buffer.alloc(-size & 7);
    parts.push(rest);
    size += rest.length;
    return address;
  };
  // The same numbers are there once, however many names they have.
  const written = new Map<Buffer, number>();
  return { place, fields, written, file: () => Buffer.concat(parts) };
}

type Writer = ReturnType<typeof writer>;

function numberOf(bytes: Field["bytes"], value: number | bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer.subarray(0, bytes);
}

/** An object's header of the first version. */
function headerOf(
  { place }: Writer,
  messages: readonly (readonly [type: number, parts: readonly Part[]])[],
): number {
  const bodies = messages.map(([type, parts]) => {
    const length = parts.reduce((sum, part) => sum + (Buffer.isBuffer(part) ? part.length : part[0]), 0);
    const padding = Buffer.alloc(-length & 7);
    const head: Part[] = [[2, type], [2, length + padding.length], [1, 0], Buffer.alloc(3)];
    return { length: 8 + length + padding.length, parts: [...head, ...parts, padding] };
  });
  const size = bodies.reduce((sum, { length }) => sum + length, 0);
  return place([
    [1, 1],
    Buffer.alloc(1),
    [2, messages.length],
    [4, 1],
    [4, size],
    Buffer.alloc(4),
    ...bodies.flatMap(({ parts }) => parts),
  ]);
}

/** A float32 of the little-endian order. */
const FLOAT: readonly Part[] = [
  [1, 0x11],
  [1, 0x20],
  Buffer.of(0x1f, 0),
  [4, 4],
  [2, 0],
  [2, 32],
  ...([23, 8, 0, 23] as const).map((value): Part => [1, value]),
  [4, 127],
];

/** Chunks of rows, by gzip, in a tree of one node. */
function chunked(to: Writer, { shape, data }: Numbers, rows: number): number {
  const [all = 0, ...rest] = shape;
  const size = (data.length / all) * rows;
  const chunks = Array.from({ length: Math.ceil(all / rows) }, (_, i) => {
    const own = Buffer.alloc(size);
    data.copy(own, 0, i * size, (i + 1) * size);
    const stored = deflateSync(own);
    return { at: to.place([stored]), length: stored.length, offset: i * rows };
  });
  const key = (length: number, offset: number): Part[] => [
    [4, length],
    [4, 0],
    [8, offset],
    ...rest.map((): Part => [8, 0]),
    [8, 0],
  ];
  const tree = to.place([
    Buffer.from("TREE\x01"),
    [1, 0],
    [2, chunks.length],
    [8, NONE],
    [8, NONE],
    ...chunks.flatMap(({ at, length, offset }): Part[] => [...key(length, offset), [8, at]]),
    ...key(0, chunks.length * rows),
  ]);
  return headerOf(to, [
    spaceOf(shape),
    [3, FLOAT],
    [
      8,
      [
        [1, 3],
        [1, 2],
        [1, shape.length + 1],
        [8, tree],
        [4, rows],
        ...rest.map((extent): Part => [4, extent]),
        [4, 4],
      ],
    ],
    [11, [[1, 1], [1, 1], Buffer.alloc(6), [2, 1], [2, 0], [2, 1], [2, 1], [4, 6], Buffer.alloc(4)]],
  ]);
}

const spaceOf = (shape: readonly number[]): readonly [number, readonly Part[]] => [
  1,
  [[1, 1], [1, shape.length], [1, 0], Buffer.alloc(5), ...shape.map((extent): Part => [8, extent])],
];

function numbers(to: Writer, { shape, data, rows }: Numbers): number {
  if (rows !== undefined) return chunked(to, { shape, data }, rows);
  const at = to.written.get(data) ?? to.place([data]);
  to.written.set(data, at);
  return headerOf(to, [
    spaceOf(shape),
    [3, FLOAT],
    [
      8,
      [
        [1, 3],
        [1, 1],
        [8, at],
        [8, data.length],
      ],
    ],
  ]);
}

/** A text of any length, in a collection of its own. */
function nameAttribute({ place }: Writer, name: string): readonly Part[] {
  const text = Buffer.from(name);
  const heap = place([
    Buffer.from("GCOL\x01\0\0\0"),
    [8, 16 + 16 + text.length + (-text.length & 7) + 16],
    [2, 1],
    [2, 0],
    Buffer.alloc(4),
    [8, text.length],
    text,
    Buffer.alloc((-text.length & 7) + 16),
  ]);
  return [
    [1, 1],
    [1, 0],
    ...([5, 16, 8] as const).map((length): Part => [2, length]),
    Buffer.from("name\0\0\0\0"),
    [1, 0x19],
    [1, 1],
    Buffer.alloc(2),
    [4, 16],
    Buffer.from([0x13, 0, 0, 0, 1, 0, 0, 0]),
    ...[Buffer.from([1, 0, 0, 0, 0, 0, 0, 0])],
    [4, text.length],
    [8, heap],
    [4, 1],
  ];
}

/** As many names as h5py puts into one node. */
const NAMES_A_NODE = 8;

function group(to: Writer, { members, name }: Group): readonly [header: number, tree: number, heap: number] {
  const { place } = to;
  const entries = Object.entries(members)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([member, node]) => ({
      member,
      header: "shape" in node ? numbers(to, node) : group(to, node)[0],
    }));
  let texts = Buffer.alloc(8);
  const starts = entries.map(({ member }) => {
    const start = texts.length;
    const text = Buffer.from(`${member}\0`);
    texts = Buffer.concat([texts, text, Buffer.alloc(-text.length & 7)]);
    return start;
  });
  const names = place([texts]);
  const heap = place([Buffer.from("HEAP\0\0\0\0"), [8, texts.length], [8, NONE], [8, names]]);
  const leaves: number[] = [];
  for (let from = 0; from < entries.length; from += NAMES_A_NODE) {
    const own = entries.slice(from, from + NAMES_A_NODE);
    leaves.push(
      place([
        Buffer.from("SNOD\x01\0"),
        [2, own.length],
        ...own.flatMap(({ header }, i): Part[] => [
          [8, starts[from + i] ?? 0],
          [8, header],
          [4, 0],
          Buffer.alloc(20),
        ]),
      ]),
    );
  }
  const tree = place([
    Buffer.from("TREE\0"),
    [1, 0],
    [2, leaves.length],
    [8, NONE],
    [8, NONE],
    ...leaves.flatMap((leaf): Part[] => [
      [8, 0],
      [8, leaf],
    ]),
    [8, 0],
  ]);
  const attributes = name === undefined ? [] : [[12, nameAttribute(to, name)] as const];
  const header = headerOf(to, [
    [
      17,
      [
        [8, tree],
        [8, heap],
      ],
    ],
    ...attributes,
  ]);
  return [header, tree, heap];
}

/** The file, and where all its numbers are. */
export function hdf5Of(root: Group): Written {
  const to = writer();
  // The superblock stands first and names what comes last.
  const superblock = to.place([Buffer.alloc(96)]);
  const [header, tree, heap] = group(to, root);
  const file = to.file();
  const parts: Part[] = [
    Buffer.from("\x89HDF\r\n\x1a\n", "latin1"),
    ...([0, 0, 0, 0, 0, 8, 8, 0] as const).map((value): Part => [1, value]),
    [2, 4],
    [2, 16],
    [4, 0],
    ...([0n, NONE, BigInt(file.length), NONE, 0n] as const).map((value): Part => [8, value]),
    [8, header],
    [4, 1],
    [4, 0],
    [8, tree],
    [8, heap],
  ];
  let at = superblock;
  const fields: Field[] = [];
  for (const part of parts) {
    const bytes = Buffer.isBuffer(part) ? part : numberOf(...part);
    if (!Buffer.isBuffer(part)) fields.push({ at, bytes: part[0] });
    bytes.copy(file, at);
    at += bytes.length;
  }
  return { file, fields: [...fields, ...to.fields] };
}

const ODD = [0n, 1n, 2n, 7n, 8n, 24n, 255n, 65_535n, 2n ** 31n, 2n ** 53n, 2n ** 62n, NONE - 1n, NONE];

/**
 * The same file with some of its numbers changed: to odd ones, to those of other fields (so that what they name goes
 * round in circles), by a little; now and then a byte anywhere, or an end that comes too early.
 */
export function changedHdf5({ file, fields }: Written, draw: Drawing, changes = 1 + draw.below(4)): Buffer {
  const changed = Buffer.from(file);
  const write = ({ at, bytes }: Field, value: bigint): void => {
    numberOf(bytes, BigInt.asUintN(64, value)).copy(changed, at);
  };
  const numberAt = ({ at, bytes }: Field): bigint =>
    bytes === 8 ? file.readBigUInt64LE(at) : BigInt(file.readUIntLE(at, bytes));
  for (let i = 0; i < changes; i++) {
    const field = draw.pick(fields);
    switch (draw.below(6)) {
      case 0:
        write(field, draw.pick(ODD));
        break;
      case 1: {
        const alike = fields.filter(({ bytes }) => bytes === field.bytes);
        write(field, numberAt(draw.pick(alike)));
        break;
      }
      case 2:
        write(field, numberAt(field) + BigInt(draw.below(17)) - 8n);
        break;
      case 3: {
        const addresses = fields.filter(({ bytes }) => bytes === 8);
        write(draw.pick(addresses), numberAt(draw.pick(addresses)));
        break;
      }
      case 4:
        write(field, BigInt(draw.below(256)));
        break;
      default:
        if (draw.oneIn(3)) changed[draw.below(changed.length)] = draw.below(256);
        break;
    }
  }
  return draw.oneIn(25) ? changed.subarray(0, draw.below(changed.length)) : changed;
}
