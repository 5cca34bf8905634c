/** Datasets of an HDF5 file that hold floating-point numbers, in one piece as frameworks write weights, or in chunks; and texts. */

import { sizeOf } from "../../network/parameters.js";
import { COSTS } from "../budget.js";
import { ELEMENT_TYPES, type ElementType } from "../elements.js";
import { addressAt, type Bytes, requireSignature } from "./bytes.js";
import { type Chunks, chunksOf, filtersOf } from "./chunks.js";
import { MESSAGES, type Message, type OtherDataset } from "./header.js";

export interface Dataset {
  readonly shape: readonly number[];
  readonly type: ElementType;
  /** Where its numbers begin, row-major; or the chunks that they are in. */
  readonly place: number | Chunks;
}

/** Most axes that HDF5 allows. */
const MOST_AXES = 32;

/** @returns undefined where the header is no dataset's @throws ThawError by `bytes.invalid` where it is damaged */
export function datasetOf(bytes: Bytes, messages: readonly Message[]): Dataset | OtherDataset | undefined {
  const one = (type: number): Message | undefined => messages.find((message) => message.type === type);
  const [space, type, layout] = [one(MESSAGES.dataspace), one(MESSAGES.datatype), one(MESSAGES.layout)];
  if (space === undefined || type === undefined || layout === undefined) return undefined;
  const element = elementType(bytes, type.at);
  if (element === undefined) return { fault: "its numbers are of a type that thaw does not read" };
  const filters = filtersOf(bytes, one(MESSAGES.filters));
  if ("fault" in filters) return filters;
  const shape = shapeAt(bytes, space.at);
  const isChunked = bytes.u8(layout.at) === 3 && bytes.u8(layout.at + 1) === CHUNKED;
  const place = isChunked
    ? chunksOf(bytes, layout, { shape, element: element.bytes, filters })
    : placeOf(bytes, layout, sizeOf(shape) * element.bytes);
  return typeof place === "object" && "fault" in place ? place : { shape, type: element, place };
}

/** @returns nothing for a dataset without any numbers, `[0]` @throws ThawError by `bytes.invalid` */
export function shapeAt(bytes: Bytes, at: number): readonly number[] {
  const [version, axes] = [bytes.u8(at), bytes.u8(at + 1)];
  if (axes > MOST_AXES) throw bytes.invalid("a dataset in it has more axes than there can be");
  const isNull = version === 2 && bytes.u8(at + 3) === 2;
  const first = at + (version === 1 ? 8 : 4);
  return isNull
    ? [0]
    : Array.from({ length: axes }, (_, axis) => bytes.u64(first + 8 * axis) ?? Number.MAX_SAFE_INTEGER);
}

/** Of an IEEE float: bits, where the exponent begins and how wide it is, width of the fraction, bias. */
const FLOATS: readonly (readonly [ElementType, readonly number[]])[] = [
  [ELEMENT_TYPES.F32, [32, 23, 8, 23, 127]],
  [ELEMENT_TYPES.F16, [16, 10, 5, 10, 15]],
  [ELEMENT_TYPES.BF16, [16, 7, 8, 7, 127]],
  [ELEMENT_TYPES.F64, [64, 52, 11, 52, 1023]],
];

const CLASSES = { float: 1, text: 3, variable: 9 } as const;

function elementType(bytes: Bytes, at: number): ElementType | undefined {
  if ((bytes.u8(at) & 15) !== CLASSES.float) return undefined;
  // The lowest bit and the sixth are set for other orders of bytes.
  if ((bytes.u8(at + 1) & 0x41) !== 0) return undefined;
  const said = [
    bytes.u16(at + 10),
    bytes.u8(at + 12),
    bytes.u8(at + 13),
    bytes.u8(at + 15),
    bytes.u32(at + 16),
  ];
  const found = FLOATS.find(([, expected]) => expected.every((value, i) => value === said[i]));
  return found?.[0].bytes === bytes.u32(at + 4) ? found[0] : undefined;
}

const CHUNKED = 2;

/** @returns where the numbers begin */
function placeOf(bytes: Bytes, { at, length }: Message, size: number): number | OtherDataset {
  if (bytes.u8(at) < 3) return { fault: "it is laid out as no framework does it today" };
  switch (bytes.u8(at + 1)) {
    case 0:
      if (bytes.u16(at + 2) < size || 4 + size > length) return { fault: "it is cut short" };
      return at + 4;
    case 1: {
      const [place, said] = [bytes.u64(at + 2), bytes.u64(at + 10)];
      if (size === 0) return 0;
      if (place === undefined) return { fault: "nothing was written into it" };
      if (said !== size || place + size > bytes.size) return { fault: "it is cut short" };
      return place;
    }
    default:
      return {
        fault:
          "it is laid out in chunks as only the newest HDF5 does it; write it without libver='latest', or unchunked by `h5repack -l CONTI`",
      };
  }
}

export interface Attribute {
  readonly name: string;
  /** Absent where it is no single text. */
  readonly text?: string;
}

/** Longer texts than a name's are of no use here: Keras keeps the whole configuration of a model in one. */
const LONGEST_TEXT = 512;

/** @throws ThawError by `bytes.invalid` where it is damaged */
export function attributeOf(bytes: Bytes, { at, length }: Message): Attribute {
  const version = bytes.u8(at);
  // The first version fills each part up to a multiple of eight bytes; the third says how the name is encoded.
  const padded = (size: number): number => (version === 1 ? Math.ceil(size / 8) * 8 : size);
  const [name, type, space] = [bytes.u16(at + 2), bytes.u16(at + 4), bytes.u16(at + 6)];
  const start = at + (version === 3 ? 9 : 8);
  const typeAt = start + padded(name);
  const data = typeAt + padded(type) + padded(space);
  if (data > at + length) throw bytes.invalid("an attribute in it is cut short");
  const text = textAt(bytes, typeAt, data, at + length);
  const said = bytes.slice(start, Math.min(name, LONGEST_TEXT)).toString("utf8").replace(/\0.*$/s, "");
  return text === undefined ? { name: said } : { name: said, text };
}

function textAt(bytes: Bytes, type: number, data: number, end: number): string | undefined {
  const kind = bytes.u8(type) & 15;
  const size = bytes.u32(type + 4);
  if (data + size > end || size > LONGEST_TEXT) return undefined;
  if (kind === CLASSES.text) return bytes.slice(data, size).toString("utf8").replace(/\0.*$/s, "");
  if (kind !== CLASSES.variable || (bytes.u8(type + 1) & 15) !== 1) return undefined;
  const length = bytes.u32(data);
  return length > LONGEST_TEXT
    ? undefined
    : heapText(bytes, addressAt(bytes, data + 4), bytes.u32(data + 12), length);
}

/** Texts of any length lie in a collection of their own (III.E). */
function heapText(bytes: Bytes, collection: number, index: number, length: number): string {
  requireSignature(bytes, collection, "GCOL");
  const end = collection + (bytes.u64(collection + 8) ?? 0);
  for (let at = collection + 16; at + 16 <= end; ) {
    bytes.spend(COSTS.entry);
    const size = bytes.u64(at + 8) ?? bytes.size;
    if (bytes.u16(at) === index) return bytes.slice(at + 16, Math.min(length, size)).toString("utf8");
    // The rest of it is free.
    if (bytes.u16(at) === 0) break;
    at += 16 + Math.ceil(size / 8) * 8;
  }
  throw bytes.invalid("a text in it is missing");
}
