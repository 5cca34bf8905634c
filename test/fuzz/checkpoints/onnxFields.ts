/** ONNX files as trees of protobuf's fields, which can be changed and written again. */

export interface Field {
  readonly number: number;
  readonly value: number | Buffer | readonly Field[];
  /** Of four or eight bytes, as floats are; else what the value says. */
  readonly kind?: number;
}

export const field = (number: number, value: Field["value"] | string): Field => ({
  number,
  value: typeof value === "string" ? Buffer.from(value) : value,
});

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, BigInt(value));
  for (; left >= 128n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  return Buffer.from([...bytes, Number(left)]);
}

export function encode(fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(({ number, value, kind }) => {
      if (kind !== undefined && Buffer.isBuffer(value)) return [varint(8 * number + kind), value];
      if (typeof value === "number") return [varint(8 * number), varint(value)];
      const bytes = Buffer.isBuffer(value) ? value : encode(value as readonly Field[]);
      return [varint(8 * number + 2), varint(bytes.length), bytes];
    }),
  );
}

export const integers = (name: string, values: readonly number[]): Field =>
  field(5, [field(1, name), ...values.map((value) => field(8, value)), field(20, 7)]);

export function node(
  operator: string,
  inputs: readonly string[],
  output: string,
  more: readonly Field[] = [],
): Field {
  return field(1, [...inputs.map((input) => field(1, input)), field(2, output), field(4, operator), ...more]);
}

export const weight = (name: string, shape: readonly number[]): Field =>
  field(5, [
    ...shape.map((extent) => field(1, extent)),
    field(2, 1),
    field(8, name),
    field(9, Buffer.alloc(4 * shape.reduce((a, b) => a * b, 1), 0x3c)),
  ]);

/** Which fields of a message are messages, by `onnx.proto`: as far down as a graph's weights, operators and inputs. */
interface Message {
  readonly [number: number]: Message;
}
const ENTRY: Message = {};
const TENSOR: Message = { 13: ENTRY };
const TYPE: Message = { 1: { 2: { 1: {} } } };
const VALUE: Message = { 2: TYPE };
const MODEL: Message = { 7: { 1: { 5: { 5: TENSOR } }, 5: TENSOR, 11: VALUE, 12: VALUE }, 8: {} };

/** The tree of an ONNX file that somebody else has written: of whole numbers up to 2^53, and no groups. */
export function decode(bytes: Buffer, message: Message = MODEL): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const whole = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] ?? 0;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
  };
  while (at < bytes.length) {
    const tag = whole();
    const [number, kind] = [Math.floor(tag / 8), tag % 8];
    if (kind === 0) {
      fields.push({ number, value: whole() });
      continue;
    }
    const length = kind === 2 ? whole() : kind === 5 ? 4 : 8;
    const inside = bytes.subarray(at, at + length);
    at += length;
    const below = message[number];
    if (kind !== 2) fields.push({ number, value: inside, kind });
    else fields.push({ number, value: below === undefined ? inside : decode(inside, below) });
  }
  return fields;
}
