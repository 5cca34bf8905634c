/** A graph of TensorFlow operations under construction. It is plain data until it is compiled to a program. */
import type { Attribute, GraphNode } from "./savedModel.js";

/** Output of an operation of a graph: a tensor of which only the name is known. */
export type Value = string & { readonly brand: "value" };

/** `DataType` of tensorflow/core/framework/types.proto. */
const DT_FLOAT = 1;
const DT_INT32 = 3;
const DT_UINT8 = 4;
const DT_BFLOAT16 = 14;

/** Attributes of operations. */
export const attribute = {
  float32: { type: DT_FLOAT },
  int32: { type: DT_INT32 },
  uint8: { type: DT_UINT8 },
  bfloat16: { type: DT_BFLOAT16 },
  int: (i: number): Attribute => ({ i }),
  ints: (i: readonly number[]): Attribute => ({ list: { i } }),
  float: (f: number): Attribute => ({ f }),
  text: (text: string): Attribute => ({ s: Buffer.from(text) }),
  flag: (b: boolean): Attribute => ({ b }),
} as const;

export interface Graph {
  readonly nodes: readonly GraphNode[];
  /** Names of the inputs so far, in order. */
  readonly inputs: readonly string[];
  /** Whether convolutions are computed in bfloat16; products of matrices are not. */
  readonly isNarrow: boolean;
  /** A tensor that is given at every run, float32 by default; asking twice for a name gives the same value. */
  input(name: string, dtype?: Attribute): Value;
  /** Makes a value of the graph what {@link Graph.input} gives for the name, before anybody has asked for it. */
  define(name: string, value: Value): void;
  /** Constant numbers. One that is added to something has to be such a one: TensorFlow takes a vector for a bias. */
  integer(value: number): Value;
  number(value: number): Value;
  /** Constant vectors. */
  integers(values: readonly number[]): Value;
  floats(values: readonly number[]): Value;
  /** A constant tensor: float32, or bfloat16 of which the bits are given. */
  tensor(values: Float32Array | Uint16Array, shape: readonly number[]): Value;
  /** An operation by its registered name. Every attribute without a default has to be given. */
  op(name: string, attributes: GraphNode["attr"], inputs: readonly Value[]): Value;
  /** Like {@link Graph.op}, for an operation with several outputs. */
  ops(name: string, attributes: GraphNode["attr"], inputs: readonly Value[], outputs: number): Value[];
}

export function newGraph(): Graph {
  const nodes: GraphNode[] = [];
  const inputs = new Map<string, Value>();
  const defined = new Map<string, Value>();
  const add = (op: string, attr: GraphNode["attr"], input: readonly Value[]): string => {
    const name = `n${nodes.length}`;
    nodes.push({ name, op, input, attr });
    return name;
  };
  const constant = (
    dtype: number,
    values: Int32Array | Float32Array | Uint16Array,
    shape: readonly number[] = [values.length],
  ): Value => {
    const tensor = {
      dtype,
      tensorShape: { dim: shape.map((size) => ({ size })) },
      tensorContent: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    };
    return add("Const", { dtype: { type: dtype }, value: { tensor } }, []) as Value;
  };
  return {
    nodes,
    isNarrow: false,
    get inputs() {
      return [...inputs.keys()];
    },
    input: (name, dtype = attribute.float32) => {
      const known = defined.get(name) ?? inputs.get(name);
      if (known !== undefined) return known;
      // Nodes may not be called like our parameters everywhere, so inputs are numbered like the others.
      const value = add("Placeholder", { dtype, shape: { shape: { unknownRank: true } } }, []);
      inputs.set(name, value as Value);
      return value as Value;
    },
    define: (name, value) => {
      if (inputs.has(name)) throw new Error(`${name} is an input of the graph already`);
      defined.set(name, value);
    },
    integer: (value) => constant(DT_INT32, Int32Array.of(value), []),
    number: (value) => constant(DT_FLOAT, Float32Array.of(value), []),
    integers: (values) => constant(DT_INT32, Int32Array.from(values)),
    floats: (values) => constant(DT_FLOAT, Float32Array.from(values)),
    tensor: (values, shape) =>
      constant(values instanceof Uint16Array ? DT_BFLOAT16 : DT_FLOAT, values, shape),
    op: (name, attributes, operands) => add(name, attributes, operands) as Value,
    ops: (name, attributes, operands, outputs) => {
      const node = add(name, attributes, operands);
      return Array.from({ length: outputs }, (_, i) => (i === 0 ? node : `${node}:${i}`) as Value);
    },
  };
}
