/** ONNX files as trees of protobuf's fields, which can be changed and written again. */

export interface Field {
  readonly number: number;
  readonly value: number | Buffer | readonly Field[];
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
    fields.flatMap(({ number, value }) => {
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
