/**
 * Gradients of grouped convolutions for all machines: TensorFlow's own loops for processors refuse them, but each is a grouped
 * convolution, too, of images that are turned round. `ownGroupedGradients.ts` has what is faster where oneDNN is.
 */
import { attribute, type Graph, type Value } from "../graph/graph.js";
import { pad, padImage, reshape, reshapeTo, shapeOf, shapeThen, transpose } from "./arithmetic.js";

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
export function pixelsAround({ kernel, stride, padding }: GroupedConvolution): number {
  if (padding !== "same") return padding;
  if (stride === 1 && kernel % 2 === 1) return (kernel - 1) / 2;
  throw new Error("a grouped convolution with a stride has the same padding on every side");
}

/**
 * The kernel's gradient: the image's channels of a group become pictures and its pictures become channels, and the gradient
 * is the kernel, which moves over as many places as the kernel has.
 * @param x `[batch, h, w, in]` @param dy `[batch, rows, columns, out]`
 */
export function groupedKernelGradient(
  graph: Graph,
  convolution: GroupedConvolution,
  x: Value,
  dy: Value,
): Value {
  const { groups, kernel, stride, inChannels } = convolution;
  const padded = padImage(graph, x, pixelsAround(convolution));
  const apart = shapeThen(graph, shapeOf(graph, padded), 3, [groups, inChannels / groups]);
  const turned = transpose(graph, reshapeTo(graph, padded, apart), [4, 1, 2, 3, 0]);
  const image = reshapeTo(graph, turned, shapeThen(graph, shapeOf(graph, turned), 3, [-1]));
  const attributes = {
    T,
    strides: attribute.ints([1, 1, 1, 1]),
    padding: attribute.text("VALID"),
    explicit_paddings: attribute.ints([]),
    data_format: attribute.text("NHWC"),
    // A step of the window is one of the gradient's pixels.
    dilations: attribute.ints([1, stride, stride, 1]),
    use_cudnn_on_gpu: attribute.flag(true),
  };
  const places = graph.op("Conv2D", attributes, [image, transpose(graph, dy, [1, 2, 0, 3])]);
  const slice = { T, Index: attribute.int32 };
  // With a stride a last row and column may be of pixels that no window meets.
  const met = graph.op("Slice", slice, [
    places,
    graph.integers([0, 0, 0, 0]),
    graph.integers([-1, kernel, kernel, -1]),
  ]);
  return transpose(graph, met, [1, 2, 0, 3]);
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
