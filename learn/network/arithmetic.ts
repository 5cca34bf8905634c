/** Arithmetic and shapes of graphs. */
import { attribute, type Graph, type Value } from "../graph/graph.js";

const T = attribute.float32;
const Tidx = attribute.int32;

/** The same value under another name: an input cannot be an output too. */
export const identity = (graph: Graph, x: Value): Value => graph.op("Identity", { T }, [x]);
export const add = (graph: Graph, a: Value, b: Value): Value => graph.op("AddV2", { T }, [a, b]);
export const subtract = (graph: Graph, a: Value, b: Value): Value => graph.op("Sub", { T }, [a, b]);
export const multiply = (graph: Graph, a: Value, b: Value): Value => graph.op("Mul", { T }, [a, b]);
export const divide = (graph: Graph, a: Value, b: Value): Value => graph.op("RealDiv", { T }, [a, b]);

/** `a · b` of matrices, each transposed first where asked. */
export function matrixProduct(
  graph: Graph,
  a: Value,
  b: Value,
  transpose: "none" | "a" | "b" = "none",
): Value {
  const flags = {
    transpose_a: attribute.flag(transpose === "a"),
    transpose_b: attribute.flag(transpose === "b"),
  };
  return graph.op("MatMul", { T, ...flags }, [a, b]);
}

export function reshape(graph: Graph, x: Value, shape: readonly number[]): Value {
  return reshapeTo(graph, x, graph.integers(shape));
}

/** @param shape int32, computed in the graph */
export const reshapeTo = (graph: Graph, x: Value, shape: Value): Value =>
  graph.op("Reshape", { T, Tshape: attribute.int32 }, [x, shape]);

/** int32 `[rank]` */
export const shapeOf = (graph: Graph, x: Value): Value =>
  graph.op("Shape", { T, out_type: attribute.int32 }, [x]);

/** int32: the first entries of a shape, so many, and numbers after them. */
export function shapeThen(graph: Graph, shape: Value, count: number, after: readonly number[]): Value {
  const integers = { T: attribute.int32, Index: attribute.int32 };
  const first = graph.op("Slice", integers, [shape, graph.integers([0]), graph.integers([count])]);
  const attributes = { N: attribute.int(2), T: attribute.int32, Tidx: attribute.int32 };
  return graph.op("ConcatV2", attributes, [first, graph.integers(after), graph.integer(0)]);
}

export function transpose(graph: Graph, x: Value, axes: readonly number[]): Value {
  return graph.op("Transpose", { T, Tperm: attribute.int32 }, [x, graph.integers(axes)]);
}

/** @param keep whether the axes stay, with an extent of 1 */
export function sum(graph: Graph, x: Value, axes: readonly number[], keep = false): Value {
  return graph.op("Sum", { T, Tidx, keep_dims: attribute.flag(keep) }, [x, graph.integers(axes)]);
}

/** @param keep whether the axes stay, with an extent of 1 */
export function mean(graph: Graph, x: Value, axes: readonly number[], keep = false): Value {
  return graph.op("Mean", { T, Tidx, keep_dims: attribute.flag(keep) }, [x, graph.integers(axes)]);
}

/** The pixels of every `step`-th row and column of an image `[batch, rows, columns, channels]`, from the first. */
export function everyPixel(graph: Graph, x: Value, step: number): Value {
  if (step === 1) return x;
  const all = attribute.int(0b1111);
  const none = attribute.int(0);
  const masks = {
    ...{ begin_mask: all, end_mask: all },
    ...{ ellipsis_mask: none, new_axis_mask: none, shrink_axis_mask: none },
  };
  // The masks leave begin and end out.
  const unread = graph.integers([0, 0, 0, 0]);
  const steps = graph.integers([1, step, step, 1]);
  return graph.op("StridedSlice", { T, Index: attribute.int32, ...masks }, [x, unread, unread, steps]);
}

/** Zeros on every side of the image. */
export function padImage(graph: Graph, x: Value, pixels: number): Value {
  if (pixels === 0) return x;
  return pad(graph, x, graph.integers([0, 0, pixels, pixels, pixels, pixels, 0, 0]), 4);
}

/** @param paddings int32, before and after each axis @param rank of `x` */
export function pad(graph: Graph, x: Value, paddings: Value, rank: number): Value {
  const pairs = graph.op("Reshape", { T: attribute.int32, Tshape: attribute.int32 }, [
    paddings,
    graph.integers([rank, 2]),
  ]);
  return graph.op("Pad", { T, Tpaddings: attribute.int32 }, [x, pairs]);
}

/** One after the other along an axis. */
export function concatenate(graph: Graph, parts: readonly Value[], axis: number): Value {
  // TensorFlow refuses to concatenate one thing.
  if (parts.length === 1) return parts[0] as Value;
  const attributes = { N: attribute.int(parts.length), T, Tidx: attribute.int32 };
  return graph.op("ConcatV2", attributes, [...parts, graph.integer(axis)]);
}

/** The stretches of a gradient that belong to the parts of {@link concatenate}. */
export function concatenateGradient(
  graph: Graph,
  parts: readonly Value[],
  axis: number,
  dy: Value,
): readonly Value[] {
  if (parts.length === 1) return [dy];
  const shapes = parts.map((part) => shapeOf(graph, part));
  const attributes = { N: attribute.int(parts.length), shape_type: attribute.int32 };
  const offsets = graph.ops("ConcatOffset", attributes, [graph.integer(axis), ...shapes], parts.length);
  return shapes.map((shape, i) =>
    graph.op("Slice", { T, Index: attribute.int32 }, [dy, offsets[i] as Value, shape]),
  );
}

/** Rows times columns of `x` `[batch, rows, columns, channels]`. @param means as many as there are images times channels */
export function pixelsOf(graph: Graph, x: Value, means: Value): Value {
  const sizeOf = (value: Value): Value => {
    const size = graph.op("Size", { T: attribute.float32, out_type: attribute.int32 }, [value]);
    const types = { SrcT: attribute.int32, DstT: attribute.float32, Truncate: attribute.flag(false) };
    return graph.op("Cast", types, [size]);
  };
  return divide(graph, sizeOf(x), sizeOf(means));
}
