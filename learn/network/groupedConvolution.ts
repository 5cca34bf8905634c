/**
 * Gradients of grouped convolutions. TensorFlow computes those on graphics processors only, so they are put together of
 * what it has everywhere. On two cores, 14 × 14 × 408 in 17 groups, that takes a quarter (kernel) and three quarters
 * (input) of the time of one convolution for each group, and a fiftieth of a full one with zeros between the groups.
 */
import { attribute, type Graph, type Value } from "../graph/graph.js";
import { concatenate, pad, padImage, reshape, reshapeTo, shapeOf, transpose } from "./arithmetic.js";

/** Its kernel is `[kernel, kernel, in / groups, out]`. */
export interface GroupedConvolution {
  readonly kind: "grouped";
  readonly groups: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: "same" | number;
  readonly inChannels: number;
  readonly outChannels: number;
}

const T = attribute.float32;
const INTEGERS = { T: attribute.int32 };

/** Pixels on each side. @throws Error where there are not as many on both */
function pixelsAround({ kernel, stride, padding }: GroupedConvolution): number {
  if (padding !== "same") return padding;
  if (stride === 1 && kernel % 2 === 1) return (kernel - 1) / 2;
  throw new Error("a grouped convolution with a stride has the same padding on every side");
}

/**
 * For each place in the kernel, the product of the pixels it meets with the gradient, group by group.
 * @param x `[batch, h, w, in]` @param dy `[batch, rows, columns, out]`
 */
export function groupedKernelGradient(
  graph: Graph,
  convolution: GroupedConvolution,
  x: Value,
  dy: Value,
): Value {
  const { groups, kernel, stride, inChannels, outChannels } = convolution;
  const [input, output] = [inChannels / groups, outChannels / groups];
  const padded = padImage(graph, x, pixelsAround(convolution));
  /** `[groups, pixels, channels]` */
  const byGroup = (value: Value, channels: number): Value =>
    transpose(graph, reshape(graph, value, [-1, groups, channels]), [1, 0, 2]);
  const gradient = byGroup(dy, output);
  const reach = graph.op("Mul", INTEGERS, [shapeOf(graph, dy), graph.integers([1, stride, stride, 1])]);
  const products: Value[] = [];
  for (let row = 0; row < kernel; row++) {
    for (let column = 0; column < kernel; column++) {
      const last = graph.integers([0, row - stride + 1, column - stride + 1, 0]);
      const met = stridedSlice(
        graph,
        padded,
        graph.integers([0, row, column, 0]),
        graph.op("AddV2", INTEGERS, [reach, last]),
        graph.integers([1, stride, stride, 1]),
      );
      const flags = { adj_x: attribute.flag(true), adj_y: attribute.flag(false) };
      products.push(graph.op("BatchMatMulV2", { T, ...flags }, [byGroup(met, input), gradient]));
    }
  }
  const all = reshape(graph, concatenate(graph, products, 0), [kernel ** 2, groups, input, output]);
  return reshape(graph, transpose(graph, all, [0, 2, 1, 3]), [kernel, kernel, input, outChannels]);
}

/** Up to `end`; all of the last axis. */
function stridedSlice(graph: Graph, x: Value, begin: Value, end: Value, strides: Value): Value {
  const attributes = {
    T,
    Index: attribute.int32,
    begin_mask: attribute.int(0),
    end_mask: attribute.int(0b1000),
    ellipsis_mask: attribute.int(0),
    new_axis_mask: attribute.int(0),
    shrink_axis_mask: attribute.int(0),
  };
  return graph.op("StridedSlice", attributes, [x, begin, end, strides]);
}

/**
 * The gradient with respect to the input is a grouped convolution, too: of the gradient with the kernel turned around.
 * @returns what to convolve, without padding, and with what
 */
export function groupedInputGradient(
  graph: Graph,
  convolution: GroupedConvolution,
  x: Value,
  kernel: Value,
  dy: Value,
): { readonly image: Value; readonly kernel: Value } {
  const { groups, kernel: size, stride, inChannels, outChannels } = convolution;
  const [input, output] = [inChannels / groups, outChannels / groups];
  const around = pixelsAround(convolution);
  if (size < stride + around) throw new Error("a grouped convolution leaves no pixel out");
  const taps = reshape(graph, kernel, [size ** 2, input, groups, output]);
  const exchanged = transpose(graph, taps, [0, 3, 2, 1]);
  const turned = graph.op("ReverseV2", { T, Tidx: attribute.int32 }, [exchanged, graph.integers([0])]);
  return {
    image: padLike(graph, spread(graph, dy, stride), x, size, around),
    kernel: reshape(graph, turned, [size, size, output, inChannels]),
  };
}

/** Zeros behind each pixel, so that there are `stride` times as many rows and columns. */
function spread(graph: Graph, dy: Value, stride: number): Value {
  if (stride === 1) return dy;
  const expand = (value: Value, axis: number): Value =>
    graph.op("ExpandDims", { T, Tdim: attribute.int32 }, [value, graph.integer(axis)]);
  const apart = expand(expand(dy, 2), 4);
  const zeros = [0, 0, 0, 0, 0, stride - 1, 0, 0, 0, stride - 1, 0, 0];
  const filled = pad(graph, apart, graph.integers(zeros), 6);
  const size = graph.op("Mul", INTEGERS, [shapeOf(graph, dy), graph.integers([1, stride, stride, 1])]);
  return reshapeTo(graph, filled, size);
}

/** Zeros around `image`, so that a kernel of `size` without padding gives as many pixels as `x` has. */
function padLike(graph: Graph, image: Value, x: Value, size: number, around: number): Value {
  const before = size - 1 - around;
  const first = graph.integers([0, before, before, 0]);
  const missing = graph.op("Sub", INTEGERS, [shapeOf(graph, x), shapeOf(graph, image)]);
  const more = graph.op("AddV2", INTEGERS, [missing, graph.integers([0, around, around, 0])]);
  // Only of rows and columns: batch and channels may differ.
  const last = graph.op("Mul", INTEGERS, [more, graph.integers([0, 1, 1, 0])]);
  const attributes = { N: attribute.int(2), T: attribute.int32, axis: attribute.int(1) };
  return pad(graph, image, graph.op("Pack", attributes, [first, last]), 4);
}
