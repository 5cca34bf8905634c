/** The number types of checkpoints, read as float32: little-endian, as all writers of today store them. */

export interface ElementType {
  /** For people. */
  readonly label: string;
  /** Bytes of one number. */
  readonly bytes: number;
  /** @param data a whole number of elements */
  readonly read: (data: Buffer) => Float32Array;
}

const each = (label: string, bytes: number, read: (data: Buffer, at: number) => number): ElementType => ({
  label,
  bytes,
  read: (data) => {
    const values = new Float32Array(data.length / bytes);
    for (let i = 0; i < values.length; i++) values[i] = read(data, i * bytes);
    return values;
  },
});

/** IEEE 754 binary16: one bit sign, five bits exponent with bias 15, ten bits fraction. */
function half(data: Buffer, at: number): number {
  const bits = data.readUInt16LE(at);
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** bfloat16 is the upper half of a float32. */
const brain: ElementType = {
  label: "bfloat16",
  bytes: 2,
  read: (data) => {
    const bits = new Uint32Array(data.length / 2);
    for (let i = 0; i < bits.length; i++) bits[i] = data.readUInt16LE(2 * i) << 16;
    return new Float32Array(bits.buffer);
  },
};

/** By their names in safetensors. */
export const ELEMENT_TYPES = {
  // Copied, because a Float32Array must start at a multiple of four.
  F32: { label: "float32", bytes: 4, read: (data) => new Float32Array(new Uint8Array(data).buffer) },
  F16: each("float16", 2, half),
  BF16: brain,
  F64: each("float64", 8, (data, at) => data.readDoubleLE(at)),
  I64: each("int64", 8, (data, at) => Number(data.readBigInt64LE(at))),
  I32: each("int32", 4, (data, at) => data.readInt32LE(at)),
} as const satisfies Record<string, ElementType>;
