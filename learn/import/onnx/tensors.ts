/** Tensors of an ONNX file: their numbers are in it, or in files beside it, and are read when they are wanted. */
import { sizeOf } from "../../network/parameters.js";
import { COSTS } from "../budget.js";
import { ELEMENT_TYPES, type ElementType } from "../elements.js";
import { shown } from "../names.js";
import type { CheckpointTensor } from "../tensorViews.js";
import { type Field, fieldsOf, integersOf, type Reading, textOf } from "./messages.js";

/** A tensor whose numbers are still in the file. */
export interface OnnxTensor {
  readonly shape: readonly number[];
  /** What its numbers are, for people; undefined where thaw does not read them. */
  readonly type: string | undefined;
  /** @throws ThawError DATA_INVALID where its numbers are missing or elsewhere */
  read(): CheckpointTensor;
  /** Of a short list of whole numbers. @throws ThawError DATA_INVALID where it is none, or is long */
  integers(): readonly number[];
}

/** The bytes of other files, by the names that the graph has for them; undefined where they have not been read. */
export type Elsewhere = Map<string, Buffer | undefined>;

/** For whoever has the `onnx` package. */
export const AS_ONE = "save it as one file: onnx.save_model(model, FILE, save_as_external_data=False)";

/** A message of two bytes becomes an object with maps and lists. */
export const OBJECT = 4 * COSTS.dict;

/** By the numbers of `TensorProto.DataType`. */
const TYPES: Readonly<Record<number, ElementType>> = {
  1: ELEMENT_TYPES.F32,
  10: ELEMENT_TYPES.F16,
  11: ELEMENT_TYPES.F64,
  16: ELEMENT_TYPES.BF16,
};

/** Likewise: those that count and index, and truths. */
const WHOLE: Readonly<Record<number, { readonly bytes: number; read(data: Buffer, at: number): number }>> = {
  6: { bytes: 4, read: (data, at) => data.readInt32LE(at) },
  7: { bytes: 8, read: (data, at) => Number(data.readBigInt64LE(at)) },
  9: { bytes: 1, read: (data, at) => data.readUInt8(at) },
};
/** Shapes, axes and pads are short. */
const MOST_INTEGERS = 4096;

export function tensorOf(
  message: Buffer,
  reading: Reading,
  elsewhere: Elsewhere,
): { readonly name: string; readonly tensor: OnnxTensor } {
  const shape: number[] = [];
  const listed: Field[] = [];
  const told = new Map<string, string>();
  let [name, type, data, isElsewhere] = ["", 0, undefined as Field | undefined, false];
  for (const field of fieldsOf(message, reading)) {
    if (field.number === 1) for (const extent of integersOf(field, reading)) shape.push(extent);
    if (field.number === 2) type = field.value;
    if (field.number === 8) name = textOf(field, reading);
    // Raw bytes, or float32 numbers packed, which are the same.
    if (field.number === 9 || field.number === 4) data = field;
    // Whole numbers of 32 or of 64 bits, one after another or packed.
    if (field.number === 5 || field.number === 7) listed.push(field);
    if (field.number === 13) told.set(...entryOf(field.bytes, reading));
    if (field.number === 14) isElsewhere = field.value === 1;
  }
  reading.spend(OBJECT);
  const location = isElsewhere ? (told.get("location") ?? "") : undefined;
  if (location !== undefined && !elsewhere.has(location)) elsewhere.set(location, undefined);
  const raw = (): Buffer | undefined => {
    if (location === undefined) return data?.bytes;
    const file = elsewhere.get(location);
    if (file !== undefined) return partOf(file, told) ?? NOTHING;
    throw reading.invalid(`the numbers of ${shown(name)} are in another file`, AS_ONE);
  };
  const element = TYPES[type];
  const read = (): CheckpointTensor => {
    if (element === undefined) throw reading.invalid(`the numbers of ${shown(name)} are of type ${type}`);
    const size = shape.every((extent) => extent >= 0) ? sizeOf(shape) * element.bytes : Number.NaN;
    const bytes = raw() ?? halvesOf(listed, element, reading);
    if (bytes.length !== size) throw reading.invalid(`${shown(name)} is cut short`);
    return { shape, data: element.read(bytes) };
  };
  const integers = (): readonly number[] => {
    const length = shape.every((extent) => extent >= 0) ? sizeOf(shape) : Number.NaN;
    const whole = WHOLE[type];
    if (whole === undefined || !(length <= MOST_INTEGERS))
      throw reading.invalid(`${shown(name)} is no short list of whole numbers`);
    reading.spend(COSTS.entry * length);
    const bytes = raw();
    const isWhole = bytes?.length === length * whole.bytes;
    const found = isWhole
      ? Array.from({ length }, (_, i) => whole.read(bytes, i * whole.bytes))
      : listed.flatMap((field) => integersOf(field, reading));
    if (found.length !== length) throw reading.invalid(`${shown(name)} is cut short`);
    return found;
  };
  return { name, tensor: { shape, type: element?.label, read, integers } };
}

/** Numbers of two bytes may be listed as whole numbers with the same bits. */
function halvesOf(listed: readonly Field[], { bytes }: ElementType, reading: Reading): Buffer {
  const bits = bytes === 2 ? listed.flatMap((field) => integersOf(field, reading)) : [];
  return Buffer.from(Uint16Array.from(bits).buffer);
}

/** A text and what it stands for (`StringStringEntryProto`). */
function entryOf(message: Buffer, reading: Reading): [string, string] {
  let [key, value] = ["", ""];
  for (const field of fieldsOf(message, reading)) {
    if (field.number === 1) key = textOf(field, reading);
    if (field.number === 2) value = textOf(field, reading);
  }
  return [key, value];
}

const NOTHING = Buffer.alloc(0);

/** From `offset` on, `length` bytes or all that follow. @returns undefined where they are not there */
function partOf(file: Buffer, told: ReadonlyMap<string, string>): Buffer | undefined {
  const start = wholeOf(told.get("offset"), 0);
  const length = wholeOf(told.get("length"), file.length - start);
  return start >= 0 && length >= 0 && start + length <= file.length
    ? file.subarray(start, start + length)
    : undefined;
}

const wholeOf = (text: string | undefined, otherwise: number): number =>
  text === undefined ? otherwise : /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
