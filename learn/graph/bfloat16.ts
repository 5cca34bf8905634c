/**
 * A graph in which the operations that most of the time goes into are computed in bfloat16. Where the processor has no such
 * arithmetic, the same numbers are rounded at the same places and computed with in float32: what comes out differs by no
 * more than the order of the sums, so a run can go on there.
 */
import { fromBfloat16, toBalancedBfloat16, toBfloat16 } from "../bfloat16.js";
import { attribute, type Graph, type Value } from "./graph.js";
import type { GraphNode } from "./savedModel.js";

/** Numbers of a constant tensor. */
interface Constant {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** All that has kernels in bfloat16 and is no sum of many numbers beside a convolution; the others stay in float32. */
const NARROW: ReadonlySet<string> = new Set([
  ...["Conv2D", "DepthwiseConv2dNative", "BiasAdd", "Relu", "Relu6", "AddV2", "Mul", "Sigmoid"],
  ...["MaxPool", "Pad", "ConcatV2", "Reshape"],
]);

/** What oneDNN computes together, and rounds once, at its end. */
const FUSED: Readonly<Record<string, readonly string[]>> = {
  BiasAdd: ["Conv2D", "DepthwiseConv2dNative"],
  Relu: ["BiasAdd"],
  Relu6: ["BiasAdd"],
};

/**
 * @param graph in which it is built
 * @param constants tensors by the names of the inputs that they stand for
 * @param isNative whether the processor has the arithmetic
 */
export function bfloat16Graph(
  graph: Graph,
  constants: ReadonlyMap<string, Constant>,
  isNative: boolean,
): Graph & { /** The value in float32. */ readonly wide: (value: Value) => Value } {
  /** Values that are in bfloat16, or are to be rounded to it before others than `FUSED` read them. */
  const narrow = new Set<Value>();
  const whole = new Set<Value>();
  const makers = new Map<Value, string>();
  const known = new Map<string, Value>();

  const once = (key: string, make: () => Value): Value => {
    const value = known.get(key) ?? make();
    known.set(key, value);
    return value;
  };
  const cast = (value: Value, from: { type: number }, to: { type: number }): Value =>
    graph.op("Cast", { SrcT: from, DstT: to, Truncate: attribute.flag(false) }, [value]);
  const rounded = (value: Value): Value =>
    once(`rounded ${value}`, () =>
      cast(cast(value, attribute.float32, attribute.bfloat16), attribute.bfloat16, attribute.float32),
    );
  const toNarrow = (value: Value): Value => {
    if (!isNative) return rounded(value);
    if (narrow.has(value)) return value;
    return once(`narrow ${value}`, () => cast(value, attribute.float32, attribute.bfloat16));
  };
  const wide = (value: Value): Value => {
    if (!narrow.has(value)) return value;
    if (!isNative) return rounded(value);
    return once(`wide ${value}`, () => cast(value, attribute.bfloat16, attribute.float32));
  };
  const operand = (name: string, value: Value): Value => {
    if (whole.has(value)) return value;
    if (!NARROW.has(name)) return wide(value);
    const isFused = FUSED[name]?.includes(makers.get(value) ?? "") === true;
    return !isNative && (isFused || makers.get(value) === CONSTANT) ? value : toNarrow(value);
  };
  const integer = (value: Value): Value => {
    whole.add(value);
    return value;
  };
  return {
    isNarrow: true,
    get nodes() {
      return graph.nodes;
    },
    get inputs() {
      return graph.inputs;
    },
    input: (name) => {
      const constant = constants.get(name);
      if (constant === undefined) return graph.input(name);
      return once(`constant ${name}`, () => {
        const halves = halvesOf(constant);
        const value = graph.tensor(isNative ? halves : fromBfloat16(halves), constant.shape);
        narrow.add(value);
        makers.set(value, CONSTANT);
        return value;
      });
    },
    define: () => neverAsked(),
    integer: (value) => integer(graph.integer(value)),
    integers: (values) => integer(graph.integers(values)),
    number: graph.number,
    floats: graph.floats,
    tensor: () => neverAsked(),
    ops: () => neverAsked(),
    op: (name, attributes, inputs) => {
      const isWhole = ofIntegers(attributes);
      const read = inputs.map((value) => (isWhole && whole.has(value) ? value : operand(name, value)));
      const isNarrow = NARROW.has(name) && !isWhole;
      const typed = isNarrow && isNative ? { ...attributes, T: attribute.bfloat16 } : attributes;
      const value = graph.op(name, typed, read);
      if (isWhole) whole.add(value);
      if (isNarrow) narrow.add(value);
      makers.set(value, name);
      return value;
    },
    wide,
  };
}

const CONSTANT = "constant";

/** Whether an operation gives integers. */
function ofIntegers(attributes: GraphNode["attr"]): boolean {
  return [attributes.out_type, attributes.T].some(
    (type) => type !== undefined && "type" in type && type.type === attribute.int32.type,
  );
}

function halvesOf({ data, shape }: Constant): Uint16Array {
  const [, , channels = 0, outputs] = shape;
  return shape.length === 4 && outputs === 1 ? toBalancedBfloat16(data, channels) : toBfloat16(data);
}

function neverAsked(): never {
  throw new Error("only networks that predict are computed in bfloat16");
}
