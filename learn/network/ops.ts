/** Convolutions, poolings and norms of networks over TensorFlow's own kernels; all but convolutions with their gradients. */
import { attribute, type Graph, type Value } from "../graph/graph.js";
import { mean, multiply, padImage, reshape, shapeOf } from "./arithmetic.js";
import type { GroupedConvolution } from "./groupedConvolution.js";

/**
 * "same" is TensorFlow's: as little as gives `ceil(size / stride)` windows, an odd pixel at the end. A number
 * is PyTorch's: that many pixels on every side.
 */
export type Padding = "same" | number;

export interface PlainConvolution {
  /** A depthwise convolution has the kernel `[h, w, channels, 1]`, a full one `[h, w, in, out]`. */
  readonly kind: "full" | "depthwise";
  /** Side, or rows and columns. */
  readonly kernel: number | readonly [number, number];
  readonly stride: number;
  readonly padding: Padding;
  readonly inChannels: number;
  readonly outChannels: number;
}

/** What a convolution does with its input, apart from its kernel. */
export type Convolution = PlainConvolution | GroupedConvolution;

const T = attribute.float32;
const NHWC = attribute.text("NHWC");

const NO_PIXELS = attribute.ints([]);

/** Before and after each axis of NHWC. */
const aroundImage = (pixels: number): readonly number[] => [0, 0, pixels, pixels, pixels, pixels, 0, 0];

function paddingAttributes(padding: Padding) {
  if (padding === "same") return { padding: attribute.text("SAME"), explicit_paddings: NO_PIXELS };
  if (padding === 0) return { padding: attribute.text("VALID"), explicit_paddings: NO_PIXELS };
  return { padding: attribute.text("EXPLICIT"), explicit_paddings: attribute.ints(aroundImage(padding)) };
}

export function convolutionAttributes({
  kind,
  stride,
  padding,
}: Pick<Convolution, "kind" | "stride" | "padding">) {
  return {
    T,
    strides: attribute.ints([1, stride, stride, 1]),
    ...paddingAttributes(padding),
    data_format: NHWC,
    dilations: attribute.ints([1, 1, 1, 1]),
    ...(kind !== "depthwise" ? { use_cudnn_on_gpu: attribute.flag(true) } : {}),
  };
}

/** With a kernel `[h, w, in / groups, out]`, TensorFlow's convolution is a grouped one. */
const FORWARD = { full: "Conv2D", grouped: "Conv2D", depthwise: "DepthwiseConv2dNative" } as const;

/**
 * @param x `[batch, height, width, in]`
 * @returns `[batch, rows of windows, columns of windows, out]`
 */
export function convolve(
  graph: Graph,
  convolution: Pick<Convolution, "kind" | "stride" | "padding">,
  x: Value,
  kernel: Value,
): Value {
  const { kind, padding } = convolution;
  // TensorFlow 2.21 loses the pixels of a depthwise convolution when it fuses it with what follows, and aborts.
  if (kind === "depthwise" && padding !== "same" && padding > 0) {
    return convolve(graph, { ...convolution, padding: 0 }, padImage(graph, x, padding), kernel);
  }
  return graph.op(FORWARD[kind], convolutionAttributes(convolution), [x, kernel]);
}

/** Adds `bias` `[channels]` to the last axis. */
export function addBias(graph: Graph, x: Value, bias: Value): Value {
  return graph.op("BiasAdd", { T, data_format: NHWC }, [x, bias]);
}

/**
 * Sums over all but the channels, which is a bias's gradient: by the program that adds that up, for large images twelve times
 * as fast as `Sum`'s.
 */
export function pixelSum(graph: Graph, x: Value): Value {
  return graph.op("BiasAddGrad", { T, data_format: NHWC }, [x]);
}

/** Windows of a pooling. */
export interface Pooling {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: Padding;
}

function poolingAttributes({ kernel, stride, padding }: Pooling) {
  return {
    T,
    ksize: attribute.ints([1, kernel, kernel, 1]),
    strides: attribute.ints([1, stride, stride, 1]),
    ...paddingAttributes(padding),
    data_format: NHWC,
  };
}

/** Largest value of each window; what is padded never is the largest. */
export function maxPool(graph: Graph, pooling: Pooling, x: Value): Value {
  return graph.op("MaxPool", poolingAttributes(pooling), [x]);
}

/** Gradient of {@link maxPool}, from its input `x` and output `y`. */
export function maxPoolGradient(graph: Graph, pooling: Pooling, x: Value, y: Value, dy: Value): Value {
  return graph.op("MaxPoolGrad", poolingAttributes(pooling), [x, y, dy]);
}

/** Mean of each window: of the pixels that are there where it is padded as "same", of zeros, too, where by a number of pixels. */
export function averagePoolWindows(graph: Graph, pooling: Pooling, x: Value): Value {
  const { padding } = pooling;
  const padded = padding === "same" ? x : padImage(graph, x, padding);
  return graph.op("AvgPool", averagePoolAttributes(pooling), [padded]);
}

/** Gradient of {@link averagePoolWindows} with respect to its input `x`. */
export function averagePoolWindowsGradient(graph: Graph, pooling: Pooling, x: Value, dy: Value): Value {
  const { padding } = pooling;
  const padded = shapeOf(graph, padding === "same" ? x : padImage(graph, x, padding));
  const dPadded = graph.op("AvgPoolGrad", averagePoolAttributes(pooling), [padded, dy]);
  if (padding === "same" || padding === 0) return dPadded;
  const begin = graph.integers([0, padding, padding, 0]);
  return graph.op("Slice", { T, Index: attribute.int32 }, [dPadded, begin, shapeOf(graph, x)]);
}

/** The operator knows no padding by pixels. */
function averagePoolAttributes({ kernel, stride, padding }: Pooling) {
  const known = padding === "same" ? padding : 0;
  const { explicit_paddings: _, ...attributes } = poolingAttributes({ kernel, stride, padding: known });
  return attributes;
}

/** Global average pooling: `[batch, h, w, c]` → `[batch, c]`. */
export function averagePool(graph: Graph, x: Value): Value {
  return mean(graph, x, [1, 2]);
}

/**
 * Gradient of {@link averagePool}.
 * @param channels `c`
 * @param pixels `h · w`
 */
export function averagePoolGradient(
  graph: Graph,
  x: Value,
  channels: number,
  pixels: number,
  dy: Value,
): Value {
  const perPixel = reshape(graph, multiply(graph, dy, graph.floats([1 / pixels])), [-1, 1, 1, channels]);
  const shape = shapeOf(graph, x);
  return graph.op("BroadcastTo", { T, Tidx: attribute.int32 }, [perPixel, shape]);
}

const NORM = { T, U: attribute.float32, data_format: NHWC, is_training: attribute.flag(true) };

/** Result of a batch normalization in training mode. */
export interface NormalizedBatch {
  readonly y: Value;
  /** Statistics of this batch (variance with Bessel's correction), for the running averages. */
  readonly mean: Value;
  readonly variance: Value;
  /** What the gradient needs besides the input. */
  readonly reserves: readonly Value[];
}

/**
 * Batch normalization with the statistics of the batch (Ioffe & Szegedy 2015), for training a network
 * from random weights. Pretrained bases never use it: their statistics are frozen.
 */
export function normalizeBatch(
  graph: Graph,
  x: Value,
  gamma: Value,
  beta: Value,
  epsilon: number,
): NormalizedBatch {
  // In training mode the estimates that come in are not used.
  const none = graph.floats([]);
  const attributes = {
    ...NORM,
    epsilon: attribute.float(epsilon),
    exponential_avg_factor: attribute.float(1),
  };
  const outputs = graph.ops("FusedBatchNormV3", attributes, [x, gamma, beta, none, none], 6);
  const [y, mean, variance, ...reserves] = outputs as [Value, Value, Value, Value, Value, Value];
  return { y, mean, variance, reserves };
}

/** Gradients of {@link normalizeBatch} with respect to `x`, `gamma` and `beta`. */
export function normalizeBatchGradient(
  graph: Graph,
  x: Value,
  gamma: Value,
  { reserves }: NormalizedBatch,
  epsilon: number,
  dy: Value,
): { readonly dx: Value; readonly dGamma: Value; readonly dBeta: Value } {
  const attributes = { ...NORM, epsilon: attribute.float(epsilon) };
  const outputs = graph.ops("FusedBatchNormGradV3", attributes, [dy, x, gamma, ...reserves], 5);
  const [dx, dGamma, dBeta] = outputs as [Value, Value, Value];
  return { dx, dGamma, dBeta };
}
