/** The operations that networks and their gradients are made of, over TensorFlow's own kernels. */
import { attribute, type Graph, type Value } from "../graph/graph.js";

export type Activation = "relu6" | "relu" | "none";

/**
 * "same" is TensorFlow's: as little as gives `ceil(size / stride)` windows, an odd pixel at the end. A number
 * is PyTorch's: that many pixels on every side.
 */
export type Padding = "same" | number;

/** What a convolution does with its input, apart from its kernel. */
export interface Convolution {
  /** A depthwise convolution has the kernel `[h, w, channels, 1]`, a full one `[h, w, in, out]`. */
  readonly kind: "full" | "depthwise";
  readonly stride: number;
  readonly padding: Padding;
}

const T = attribute.float32;
const NHWC = attribute.text("NHWC");
const SHAPE = { T, out_type: attribute.int32 };

const NO_PIXELS = attribute.ints([]);

/** Before and after each axis of NHWC. */
const aroundImage = (pixels: number): readonly number[] => [0, 0, pixels, pixels, pixels, pixels, 0, 0];

function paddingAttributes(padding: Padding) {
  if (padding === "same") return { padding: attribute.text("SAME"), explicit_paddings: NO_PIXELS };
  if (padding === 0) return { padding: attribute.text("VALID"), explicit_paddings: NO_PIXELS };
  return { padding: attribute.text("EXPLICIT"), explicit_paddings: attribute.ints(aroundImage(padding)) };
}

function convolutionAttributes({ kind, stride, padding }: Convolution) {
  return {
    T,
    strides: attribute.ints([1, stride, stride, 1]),
    ...paddingAttributes(padding),
    data_format: NHWC,
    dilations: attribute.ints([1, 1, 1, 1]),
    ...(kind === "full" ? { use_cudnn_on_gpu: attribute.flag(true) } : {}),
  };
}

const NAMES = {
  full: { forward: "Conv2D", toInput: "Conv2DBackpropInput", toKernel: "Conv2DBackpropFilter" },
  depthwise: {
    forward: "DepthwiseConv2dNative",
    toInput: "DepthwiseConv2dNativeBackpropInput",
    toKernel: "DepthwiseConv2dNativeBackpropFilter",
  },
} as const;

/**
 * @param x `[batch, height, width, in]`
 * @returns `[batch, rows of windows, columns of windows, out]`
 */
export function convolve(graph: Graph, convolution: Convolution, x: Value, kernel: Value): Value {
  const { kind, padding } = convolution;
  // TensorFlow 2.21 loses the pixels of a depthwise convolution when it fuses it with what follows, and aborts.
  if (kind === "depthwise" && padding !== "same" && padding > 0) {
    return convolve(graph, { ...convolution, padding: 0 }, padImage(graph, x, padding), kernel);
  }
  return graph.op(NAMES[kind].forward, convolutionAttributes(convolution), [x, kernel]);
}

/** Zeros on every side of the image. */
function padImage(graph: Graph, x: Value, pixels: number): Value {
  const paddings = graph.op("Reshape", { T: attribute.int32, Tshape: attribute.int32 }, [
    graph.integers(aroundImage(pixels)),
    graph.integers([4, 2]),
  ]);
  return graph.op("Pad", { T, Tpaddings: attribute.int32 }, [x, paddings]);
}

/** Gradient of {@link convolve} with respect to the kernel. */
export function kernelGradient(
  graph: Graph,
  convolution: Convolution,
  x: Value,
  kernel: Value,
  dy: Value,
): Value {
  const size = graph.op("Shape", SHAPE, [kernel]);
  return graph.op(NAMES[convolution.kind].toKernel, convolutionAttributes(convolution), [x, size, dy]);
}

/** Gradient of {@link convolve} with respect to its input. */
export function inputGradient(
  graph: Graph,
  convolution: Convolution,
  x: Value,
  kernel: Value,
  dy: Value,
): Value {
  const size = graph.op("Shape", SHAPE, [x]);
  return graph.op(NAMES[convolution.kind].toInput, convolutionAttributes(convolution), [size, kernel, dy]);
}

/** Adds `bias` `[channels]` to the last axis. */
export function addBias(graph: Graph, x: Value, bias: Value): Value {
  return graph.op("BiasAdd", { T, data_format: NHWC }, [x, bias]);
}

/** Gradient of {@link addBias} with respect to the bias. */
export function biasGradient(graph: Graph, dy: Value): Value {
  return graph.op("BiasAddGrad", { T, data_format: NHWC }, [dy]);
}

const ACTIVATIONS = { relu6: "Relu6", relu: "Relu" } as const;

export function activate(graph: Graph, activation: Activation, x: Value): Value {
  return activation === "none" ? x : graph.op(ACTIVATIONS[activation], { T }, [x]);
}

/** Gradient of {@link activate}; it can be taken from the output, so that the input need not be kept. */
export function activationGradient(graph: Graph, activation: Activation, y: Value, dy: Value): Value {
  return activation === "none" ? dy : graph.op(`${ACTIVATIONS[activation]}Grad`, { T }, [dy, y]);
}

/** Windows of a max pooling. */
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
  return graph.op("Reshape", { T, Tshape: attribute.int32 }, [x, graph.integers(shape)]);
}

const REDUCTION = { T, Tidx: attribute.int32, keep_dims: attribute.flag(false) };

export function sum(graph: Graph, x: Value, axes: readonly number[]): Value {
  return graph.op("Sum", REDUCTION, [x, graph.integers(axes)]);
}

/** Global average pooling: `[batch, h, w, c]` → `[batch, c]`. */
export function averagePool(graph: Graph, x: Value): Value {
  return graph.op("Mean", REDUCTION, [x, graph.integers([1, 2])]);
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
  const shape = graph.op("Shape", SHAPE, [x]);
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
