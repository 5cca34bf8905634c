/**
 * Convolutions with bias and ReLU6 as one differentiable step over TensorFlow's own kernels.
 *
 * tfjs composes these from many small operations and keeps every intermediate for the gradient. Here a
 * step keeps its input and output only: ReLU6's gradient can be taken from the output, and the bias
 * gradient is one native operation.
 */
import { attribute, nativeOp, nativeOps, type Tensor, type Tensor1D, type Tensor4D, tf } from "./engine.js";

export type Activation = "relu6" | "none";

const T = attribute.float32("T");
const NHWC = attribute.text("data_format", "NHWC");

const convAttributes = (stride: number, depthwise: boolean) => [
  T,
  attribute.ints("strides", [1, stride, stride, 1]),
  attribute.text("padding", "SAME"),
  NHWC,
  attribute.ints("dilations", [1, 1, 1, 1]),
  attribute.ints("explicit_paddings", []),
  ...(depthwise ? [] : [attribute.flag("use_cudnn_on_gpu", true)]),
];

const OPS = {
  full: { forward: "Conv2D", toInput: "Conv2DBackpropInput", toKernel: "Conv2DBackpropFilter" },
  depthwise: {
    forward: "DepthwiseConv2dNative",
    toInput: "DepthwiseConv2dNativeBackpropInput",
    toKernel: "DepthwiseConv2dNativeBackpropFilter",
  },
} as const;

/**
 * `activation(conv(x, kernel) + bias)`, "SAME" padding, for constant inputs of any kind.
 * @param x `[batch, height, width, channels]`
 * @param kernel `[h, w, in, out]`, or `[h, w, channels, 1]` for a depthwise convolution
 * @param bias `[out]`
 * @returns `[batch, ceil(height / stride), ceil(width / stride), out]`
 */
export function convolve(
  kind: keyof typeof OPS,
  x: Tensor4D,
  kernel: Tensor4D,
  bias: Tensor1D,
  stride: number,
  activation: Activation,
): Tensor4D {
  return tf.tidy(() => {
    const linear = nativeOp<Tensor4D>(OPS[kind].forward, convAttributes(stride, kind === "depthwise"), [
      x,
      kernel,
    ]);
    const biased = nativeOp<Tensor4D>("BiasAdd", [T, NHWC], [linear, bias]);
    linear.dispose();
    return activation === "relu6" ? nativeOp<Tensor4D>("Relu6", [T], [biased]) : biased;
  });
}

function gradientThroughActivation(dy: Tensor4D, y: Tensor4D, activation: Activation): Tensor4D {
  return activation === "relu6" ? nativeOp<Tensor4D>("Relu6Grad", [T], [dy, y]) : dy;
}

function kernelGradient(
  kind: keyof typeof OPS,
  x: Tensor4D,
  kernelShape: readonly number[],
  dy: Tensor4D,
  stride: number,
): Tensor4D {
  const sizes = tf.tensor1d([...kernelShape], "int32");
  return nativeOp<Tensor4D>(OPS[kind].toKernel, convAttributes(stride, kind === "depthwise"), [x, sizes, dy]);
}

function inputGradient(
  kind: keyof typeof OPS,
  inputShape: readonly number[],
  kernel: Tensor4D,
  dy: Tensor4D,
  stride: number,
): Tensor4D {
  const sizes = tf.tensor1d([...inputShape], "int32");
  return nativeOp<Tensor4D>(OPS[kind].toInput, convAttributes(stride, kind === "depthwise"), [
    sizes,
    kernel,
    dy,
  ]);
}

/**
 * Differentiable {@link convolve}.
 * @param inputIsConstant when true no gradient is taken with respect to `x`: the step at a freeze
 *   boundary saves its most expensive gradient this way
 */
export function convolveWithGradient(
  kind: keyof typeof OPS,
  x: Tensor4D,
  kernel: Tensor4D,
  bias: Tensor1D,
  stride: number,
  activation: Activation,
  inputIsConstant: boolean,
): Tensor4D {
  const step = tf.customGrad((...args: (Tensor | ((values: Tensor[]) => void))[]) => {
    const save = args.pop() as (values: Tensor[]) => void;
    const value = convolve(kind, x, kernel, bias, stride, activation);
    save(inputIsConstant ? [value] : [value, x, kernel]);
    const gradFunc = (dyRaw: Tensor, saved: Tensor[]) => {
      const dy = gradientThroughActivation(dyRaw as Tensor4D, saved[0] as Tensor4D, activation);
      const dBias = nativeOp<Tensor1D>("BiasAddGrad", [T, NHWC], [dy]);
      const dKernel = kernelGradient(kind, x, kernel.shape, dy, stride);
      if (inputIsConstant) return [dKernel, dBias];
      return [inputGradient(kind, x.shape, kernel, dy, stride), dKernel, dBias];
    };
    return { value, gradFunc };
  });
  return (inputIsConstant ? step(kernel, bias) : step(x, kernel, bias)) as Tensor4D;
}

/** Result of a batch normalization in training mode. */
export interface NormalizedBatch {
  readonly y: Tensor4D;
  /** Statistics of this batch (variance with Bessel's correction), for the running averages. */
  readonly mean: Tensor1D;
  readonly variance: Tensor1D;
}

/**
 * Batch normalization with the statistics of the batch (Ioffe & Szegedy 2015), for training a network
 * from random weights. Pretrained bases never use it: their statistics are frozen.
 */
export function normalizeBatch(
  x: Tensor4D,
  gamma: Tensor1D,
  beta: Tensor1D,
  epsilon: number,
): NormalizedBatch {
  let mean: Tensor1D | undefined;
  let variance: Tensor1D | undefined;
  const step = tf.customGrad((...args: (Tensor | ((values: Tensor[]) => void))[]) => {
    const save = args.pop() as (values: Tensor[]) => void;
    const empty = tf.zeros<typeof tf.Rank.R1>([0]);
    const attributes = [T, attribute.float32("U"), attribute.float("epsilon", epsilon), NHWC];
    const outputs = nativeOps(
      "FusedBatchNormV3",
      [...attributes, attribute.float("exponential_avg_factor", 1), attribute.flag("is_training", true)],
      [x, gamma, beta, empty, empty],
      6,
    );
    const [y, batchMean, batchVariance, reserve1, reserve2, reserve3] = outputs as [
      Tensor4D,
      Tensor1D,
      Tensor1D,
      Tensor,
      Tensor,
      Tensor,
    ];
    mean = batchMean;
    variance = batchVariance;
    save([x, gamma, reserve1, reserve2, reserve3]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [savedX, savedGamma, ...reserves] = saved as [Tensor, Tensor, ...Tensor[]];
      const [dx, dGamma, dBeta] = nativeOps(
        "FusedBatchNormGradV3",
        [...attributes, attribute.flag("is_training", true)],
        [dy, savedX, savedGamma, ...reserves],
        5,
      );
      return [dx, dGamma, dBeta] as Tensor[];
    };
    return { value: y, gradFunc };
  });
  const y = step(x, gamma, beta) as Tensor4D;
  if (mean === undefined || variance === undefined) throw new Error("batch normalization did not run");
  return { y, mean: tf.keep(mean), variance: tf.keep(variance) };
}

/** ReLU6 whose gradient needs only its own output. */
export function relu6(x: Tensor4D): Tensor4D {
  const step = tf.customGrad((...args: (Tensor | ((values: Tensor[]) => void))[]) => {
    const [input, save] = args as [Tensor4D, (values: Tensor[]) => void];
    const value = nativeOp<Tensor4D>("Relu6", [T], [input]);
    save([value]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        nativeOp<Tensor4D>("Relu6Grad", [T], [dy, saved[0] as Tensor4D]),
    };
  });
  return step(x) as Tensor4D;
}
