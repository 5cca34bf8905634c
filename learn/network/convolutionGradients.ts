/**
 * Gradients of convolutions with respect to kernel and input, each by the operations that compute it fastest. Times here are
 * of one core with AVX-512, 32 pictures of 7 × 7 pixels.
 */
import { attribute, type Graph, type Value } from "../graph/graph.js";
import { everyPixel, matrixProduct, pad, reshape, reshapeTo, shapeOf } from "./arithmetic.js";
import { cutInputGradient, type PaddingBefore } from "./cutGradient.js";
import {
  type GroupedConvolution,
  groupedInputGradient,
  groupedKernelGradient,
} from "./groupedConvolution.js";
import {
  type Convolution,
  convolutionAttributes,
  convolve,
  type Padding,
  type PlainConvolution,
} from "./ops.js";
import {
  computesGroupedGradients,
  ownGroupedInputGradient,
  ownGroupedKernelGradient,
} from "./ownGroupedGradients.js";

const BACKWARD = {
  full: { toInput: "Conv2DBackpropInput", toKernel: "Conv2DBackpropFilter" },
  depthwise: {
    toInput: "DepthwiseConv2dNativeBackpropInput",
    toKernel: "DepthwiseConv2dNativeBackpropFilter",
  },
} as const;

/** Gradient of a convolution with respect to the kernel. @param x its input @param dy gradient at its output */
export function kernelGradient(
  graph: Graph,
  convolution: Convolution,
  x: Value,
  kernel: Value,
  dy: Value,
): Value {
  if (convolution.kind === "grouped") {
    return isOwn(convolution)
      ? ownGroupedKernelGradient(graph, convolution, x, kernel, dy)
      : groupedKernelGradient(graph, convolution, x, dy);
  }
  if (isPointwise(convolution) || gathersTooMuch(convolution))
    return pointwiseKernelGradient(graph, convolution, x, dy);
  const padding = kernelPadding(convolution);
  const attributes = convolutionAttributes({ ...convolution, padding });
  const { toKernel } = BACKWARD[convolution.kind];
  const size = shapeOf(graph, kernel);
  const more = padding === "same" || padding === 0 ? 0 : channelsBeside(convolution);
  if (more === 0) return graph.op(toKernel, attributes, [x, size, dy]);
  const widened = graph.integers([...sides(convolution), convolution.inChannels + more, 1]);
  const operands = [addChannels(graph, x, more), widened, addChannels(graph, dy, more)];
  const types = { T: attribute.float32, Index: attribute.int32 };
  return graph.op("Slice", types, [
    graph.op(toKernel, attributes, operands),
    graph.integers([0, 0, 0, 0]),
    size,
  ]);
}

/** Gradient of a convolution with respect to its input. @param x its input @param dy gradient at its output */
export function inputGradient(
  graph: Graph,
  convolution: Convolution,
  x: Value,
  kernel: Value,
  dy: Value,
): Value {
  if (convolution.kind === "grouped") {
    // Without a stride the other way is as fast: 7 × 7 × 672 in 42 groups 3.0 and 3.8 ms, × 1024 in 32 12.2 and 12.5.
    if (convolution.stride > 1 && isOwn(convolution))
      return ownGroupedInputGradient(graph, convolution, x, kernel, dy);
    const { image, kernel: turned } = groupedInputGradient(graph, convolution, x, kernel, dy);
    return convolve(graph, { kind: "full", stride: 1, padding: 0 }, image, turned);
  }
  if (isPointwise(convolution)) return pointwiseInputGradient(graph, convolution, x, kernel, dy);
  const { toInput } = BACKWARD[convolution.kind];
  return cutInputGradient(graph, toInput, convolution, inputPadding(convolution), { x, kernel, dy });
}

/** Single pixels are left to the other way: no architecture here has grouped ones, so nothing is gained ({@link gathersTooMuch}). */
const isOwn = (convolution: GroupedConvolution): boolean =>
  convolution.kernel > 1 && computesGroupedGradients();

/** Pixels this many bytes apart have one place in a processor's first cache, which keeps eight of each. */
const CACHE = { bytes: 4096, ways: 8 } as const;

/**
 * Channels of zeros to compute a depthwise kernel's gradient with, so that the pixels of a window do not displace each other in the
 * cache: by TensorFlow's loop 1024 channels of 8 × 8 pixels, 5 × 5, take 53 ms, with 16 more 12, copies included, and 960 take 9. The
 * bits are the same.
 */
function channelsBeside(convolution: PlainConvolution): number {
  const [rows, columns] = sides(convolution);
  let step: number = CACHE.bytes;
  while ((Float32Array.BYTES_PER_ELEMENT * convolution.inChannels) % step !== 0) step /= 2;
  const isCrowded = rows * columns > (CACHE.bytes / step) * CACHE.ways;
  return convolution.kind === "depthwise" && isCrowded ? LANES : 0;
}

const addChannels = (graph: Graph, x: Value, count: number): Value =>
  pad(graph, x, graph.integers([0, 0, 0, 0, 0, 0, 0, count]), 4);

const sides = ({ kernel }: PlainConvolution): readonly [number, number] =>
  typeof kernel === "number" ? [kernel, kernel] : kernel;

/** Pixels on each side with which a convolution without stride keeps the size; nothing of others. */
function keptBy(convolution: PlainConvolution): number | undefined {
  const [rows, columns] = sides(convolution);
  const { stride, padding } = convolution;
  if (stride !== 1 || rows !== columns || rows % 2 === 0) return undefined;
  const around = (rows - 1) / 2;
  return padding === "same" || padding === around ? around : undefined;
}

/**
 * "same" and as many pixels are the same numbers by other programs: of full convolutions "same" is the faster one (512
 * channels, 3 × 3: 89 and 97 ms), of depthwise ones with 3 × 3 (2.1 and 3.4 ms), and pixels with larger kernels (5 × 5: 7 and 20 ms).
 */
function kernelPadding(convolution: PlainConvolution): Padding {
  const around = keptBy(convolution);
  if (around === undefined) return convolution.padding;
  return convolution.kind === "depthwise" && around > 1 ? around : "same";
}

/**
 * "same" is faster by far (512 channels, 3 × 3: 70 and 500 ms). Where a stride makes it something else, the gradient of an image
 * with zeros around it is cut (92 and 510 ms; depthwise, 960 channels, 5 × 5: 11 and 28).
 */
function inputPadding(convolution: PlainConvolution): PaddingBefore {
  const { padding } = convolution;
  if (keptBy(convolution) !== undefined) return { padding: "same", outside: 0 };
  return padding === "same" ? { padding, outside: 0 } : { padding: 0, outside: padding };
}

/** Weights of a 1 × 1 kernel from which on its gradients are products of matrices. */
const MANY = 32_768;

/**
 * Each pixel by itself: the gradients are products of matrices (1024 channels to 2048: 64 ms instead of 85 and 73). Not of few
 * channels: they stand near the input, where images are large, and the product takes a copy of one (a step of EfficientNet-Lite0
 * from `blocks.1`: 1.6 instead of 1.5 GB).
 */
function isPointwise(convolution: PlainConvolution): boolean {
  const { kind, inChannels, outChannels } = convolution;
  return kind === "full" && keptBy(convolution) === 0 && inChannels * outChannels >= MANY;
}

/** Floats in the largest register of a processor, AVX-512's. */
const LANES = 16;

/**
 * Of 1 × 1 kernels with a stride oneDNN, in TensorFlow 2.21, gathers the pixels that are met: whole registers of channels, into
 * memory for the channels that there are. With fewer than a register takes it writes behind that memory.
 */
function gathersTooMuch(convolution: PlainConvolution): boolean {
  const { kind, stride, padding, inChannels } = convolution;
  const isOnePixel = sides(convolution).every((side) => side === 1) && (padding === "same" || padding === 0);
  return kind === "full" && isOnePixel && stride > 1 && inChannels < LANES;
}

function pointwiseKernelGradient(
  graph: Graph,
  { inChannels, outChannels, stride }: PlainConvolution,
  x: Value,
  dy: Value,
): Value {
  const met = everyPixel(graph, x, stride);
  const [pixels, gradients] = [reshape(graph, met, [-1, inChannels]), reshape(graph, dy, [-1, outChannels])];
  return reshape(graph, matrixProduct(graph, pixels, gradients, "a"), [1, 1, inChannels, outChannels]);
}

function pointwiseInputGradient(
  graph: Graph,
  { inChannels, outChannels }: PlainConvolution,
  x: Value,
  kernel: Value,
  dy: Value,
): Value {
  const matrix = reshape(graph, kernel, [inChannels, outChannels]);
  const product = matrixProduct(graph, reshape(graph, dy, [-1, outChannels]), matrix, "b");
  return reshapeTo(graph, product, shapeOf(graph, x));
}
