/**
 * Datasets in chunks, plain or compressed by gzip, as h5py and PyTables write them (HDF5 File Format Specification 3.0,
 * III.A.1, IV.A.2.i, IV.A.2.l). What a chunk inflates to is known before it is inflated, and never more.
 */
import { inflateSync } from "node:zlib";
import { sizeOf } from "../../network/parameters.js";
import { COSTS } from "../budget.js";
import { type Bytes, DEEPEST, requireSignature } from "./bytes.js";
import { CHECKSUM, isSound } from "./fletcher32.js";
import type { Message, OtherDataset } from "./header.js";

export interface Chunks {
  /** Address of the tree of all chunks. */
  readonly tree: number;
  /** Extents of a chunk, one an axis. */
  readonly extents: readonly number[];
  /** In the order in which they were applied. */
  readonly filters: readonly Filter[];
}

type Filter = "deflate" | "shuffle" | "fletcher32";

/** By the numbers of the specification, and what is told of others. */
const FILTERS: ReadonlyMap<number, Filter> = new Map([
  [1, "deflate"],
  [2, "shuffle"],
  [3, "fletcher32"],
]);
const OTHERS: ReadonlyMap<number, string> = new Map([
  [4, "szip"],
  [5, "n-bit"],
  [6, "scale-offset"],
  [32_000, "LZF"],
  [32_001, "Blosc"],
]);
/** HDF5's caches hold a chunk of 1 MB; one that is larger than this is none of weights. */
const MOST_CHUNK = 256 * 2 ** 20;

/** @returns the filters, or why they cannot be undone @throws ThawError by `bytes.invalid` where they are damaged */
export function filtersOf(bytes: Bytes, message: Message | undefined): readonly Filter[] | OtherDataset {
  if (message === undefined) return [];
  const { at, length } = message;
  const [version, count] = [bytes.u8(at), bytes.u8(at + 1)];
  if (version !== 1 && version !== 2) return { fault: "its filters are told in an unknown way" };
  const filters: Filter[] = [];
  let place = at + (version === 1 ? 8 : 2);
  for (let i = 0; i < count; i++) {
    const id = bytes.u16(place);
    const hasName = version === 1 || id >= 256;
    const name = hasName ? bytes.u16(place + 2) : 0;
    const values = bytes.u16(place + (hasName ? 6 : 4));
    const filter = FILTERS.get(id);
    if (filter === undefined)
      return { fault: `it is compressed by ${OTHERS.get(id) ?? `filter ${id}`}, and thaw knows gzip only` };
    filters.push(filter);
    // The first version fills names up to a multiple of eight bytes, and an odd number of values by another one.
    place +=
      (hasName ? 8 : 6) +
      (version === 1 ? Math.ceil(name / 8) * 8 + 8 * Math.ceil(values / 2) : name + 4 * values);
    if (place > at + length) throw bytes.invalid("a list of filters in it is cut short");
  }
  return filters;
}

/**
 * @param at of a layout message of the third version and of chunks
 * @param element bytes of a number
 * @throws ThawError by `bytes.invalid` where its extents are none
 */
export function chunksOf(
  bytes: Bytes,
  { at, length }: Message,
  {
    shape,
    element,
    filters,
  }: { readonly shape: readonly number[]; readonly element: number; readonly filters: readonly Filter[] },
): Chunks | OtherDataset {
  const axes = bytes.u8(at + 2);
  if (axes !== shape.length + 1 || 11 + 4 * axes > length)
    throw bytes.invalid("a dataset in it has chunks with other axes than its own");
  const tree = bytes.u64(at + 3);
  if (tree === undefined) return { fault: "nothing was written into it" };
  const extents = shape.map((_, axis) => bytes.u32(at + 11 + 4 * axis));
  const own = bytes.u32(at + 11 + 4 * shape.length);
  const size = sizeOf(extents) * element;
  if (own !== element || !(size > 0 && size <= MOST_CHUNK))
    throw bytes.invalid("a dataset in it has chunks of no size, or of too large a one");
  return { tree, extents, filters };
}

/** Bytes that all chunks of a dataset have when they are inflated, those that reach over its end included. */
export function inflatedSize(shape: readonly number[], { extents }: Chunks, element: number): number {
  return sizeOf(extents) * element * sizeOf(countsOf(shape, extents));
}

const countsOf = (shape: readonly number[], extents: readonly number[]): readonly number[] =>
  shape.map((extent, axis) => Math.ceil(extent / (extents[axis] ?? 1)));

/** @returns the dataset's bytes, row-major @throws ThawError by `bytes.invalid` where a chunk is missing or damaged */
export function readChunks(
  bytes: Bytes,
  chunks: Chunks,
  { shape, element }: { readonly shape: readonly number[]; readonly element: number },
): Buffer {
  const { extents, filters } = chunks;
  const counts = countsOf(shape, extents);
  const whole = Buffer.alloc(sizeOf(shape) * element);
  const size = sizeOf(extents) * element;
  const seen = new Set<number>();
  const place = (offsets: readonly number[], data: Buffer): void => {
    const which = offsets.map((offset, axis) => offset / (extents[axis] ?? 1));
    if (!which.every((one, axis) => Number.isInteger(one) && one < (counts[axis] ?? 0)))
      throw bytes.invalid("a chunk in it lies outside of its dataset");
    const index = which.reduce((sum, one, axis) => sum * (counts[axis] ?? 1) + one, 0);
    if (seen.has(index)) throw bytes.invalid("a chunk in it is there twice");
    seen.add(index);
    copyChunk(data, { whole, shape, extents, offsets, element });
  };
  const visit = (node: number, depth: number): void => {
    requireSignature(bytes, node, "TREE");
    const [level, entries] = [bytes.u8(node + 5), bytes.u16(node + 6)];
    if (bytes.u8(node + 4) !== 1 || depth > DEEPEST) throw bytes.invalid("a tree of chunks in it is none");
    const key = 8 + 8 * (shape.length + 1);
    for (let i = 0; i < entries; i++) {
      bytes.spend(COSTS.pair);
      const at = node + 24 + i * (key + 8);
      const child = bytes.u64(at + key);
      if (child === undefined) throw bytes.invalid("a chunk in it is nowhere");
      if (level > 0) {
        visit(child, depth + 1);
        continue;
      }
      const offsets = shape.map((_, axis) => bytes.u64(at + 8 + 8 * axis) ?? Number.NaN);
      const stored = bytes.slice(child, bytes.u32(at));
      place(offsets, undone(bytes, stored, { filters, skipped: bytes.u32(at + 4), size, element }));
    }
  };
  visit(chunks.tree, 0);
  if (seen.size !== sizeOf(counts)) throw bytes.invalid("some chunks of a dataset in it were never written");
  return whole;
}

interface Undoing {
  readonly filters: readonly Filter[];
  /** A bit for each filter that was left out for this chunk. */
  readonly skipped: number;
  /** Of the chunk's numbers in bytes. */
  readonly size: number;
  readonly element: number;
}

function undone(bytes: Bytes, stored: Buffer, { filters, skipped, size, element }: Undoing): Buffer {
  let data = stored;
  for (let i = filters.length - 1; i >= 0; i--) {
    if ((skipped >>> i) & 1) continue;
    if (filters[i] === "deflate") data = inflated(bytes, data, size + CHECKSUM);
    if (filters[i] === "shuffle") data = unshuffled(data, element);
    if (filters[i] === "fletcher32") data = summed(bytes, data);
  }
  if (data.length !== size) throw bytes.invalid("a chunk in it has another size than it should have");
  return data;
}

function inflated(bytes: Bytes, data: Buffer, most: number): Buffer {
  try {
    return inflateSync(data, { maxOutputLength: most });
  } catch {
    throw bytes.invalid("a chunk in it is damaged, or inflates to more than it should");
  }
}

/** A checksum stands behind what it is of. */
function summed(bytes: Bytes, data: Buffer): Buffer {
  if (!isSound(data))
    throw bytes.invalid(
      "a chunk in it does not fit its checksum",
      "fetch or copy the file anew: it is damaged",
    );
  return data.subarray(0, -CHECKSUM);
}

/** First bytes of all numbers, then their second ones, and so on. */
function unshuffled(data: Buffer, element: number): Buffer {
  const count = Math.floor(data.length / element);
  const own = Buffer.from(data);
  for (let byte = 0; byte < element; byte++)
    for (let i = 0; i < count; i++) own[i * element + byte] = data[byte * count + i] ?? 0;
  return own;
}

interface Copying {
  readonly whole: Buffer;
  readonly shape: readonly number[];
  readonly extents: readonly number[];
  readonly offsets: readonly number[];
  readonly element: number;
}

/** Row by row of the last axis; what reaches over the dataset's end is left. */
function copyChunk(data: Buffer, { whole, shape, extents, offsets, element }: Copying): void {
  const last = shape.length - 1;
  const within = extents.map((extent, axis) => Math.min(extent, (shape[axis] ?? 0) - (offsets[axis] ?? 0)));
  const length = (within[last] ?? 1) * element;
  const rows = sizeOf(within.slice(0, -1));
  for (let row = 0; row < rows; row++) {
    let [left, from, to, inside, outside] = [row, 0, 0, extents[last] ?? 1, shape[last] ?? 1];
    for (let axis = last - 1; axis >= 0; axis--) {
      const at = left % (within[axis] ?? 1);
      left = Math.floor(left / (within[axis] ?? 1));
      from += at * inside;
      to += (at + (offsets[axis] ?? 0)) * outside;
      inside *= extents[axis] ?? 1;
      outside *= shape[axis] ?? 1;
    }
    const start = (to + (offsets[last] ?? 0)) * element;
    data.copy(whole, start, from * element, from * element + length);
  }
}
