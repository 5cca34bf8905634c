/** Norms as layers of Keras, with their weights. */
import type { Parameter } from "../learn/network/parameters.js";
import { ThawError } from "../spec/errors.js";
import { CHANNELS_LAST, INITIALIZER, type KerasLayer, kerasLayer } from "./keras.js";
import type { Layer } from "./layers.js";

type Of<Kind extends Layer["kind"]> = Extract<Layer, { kind: Kind }>;

export const kerasLayerNorm = ({ name, input, epsilon }: Of<"layer-norm">): readonly KerasLayer[] => [
  kerasLayer("LayerNormalization", name, [input], { axis: [-1], epsilon, center: true, scale: true }),
];

export const kerasLayerNormWeights = ({
  name,
  gamma,
  beta,
}: Of<"layer-norm">): readonly (readonly [string, Parameter])[] => [
  [`${name}/gamma`, gamma],
  [`${name}/beta`, beta],
];

/**
 * TensorFlow.js normalizes over any axes of what has at most four: the pixels are put into one row, the channels into groups.
 * Factors and offsets are a depthwise convolution of one pixel.
 */
export function kerasGroupNorm({
  name,
  input,
  side,
  groups,
  epsilon,
  gamma,
}: Of<"group-norm">): readonly KerasLayer[] {
  const part = (of: string): string => `${name}.${of}`;
  const channels = gamma.data.length;
  const apart = [side ** 2, groups, channels / groups];
  return [
    kerasLayer("Reshape", part("apart"), [input], { target_shape: apart }),
    kerasLayer("LayerNormalization", part("normal"), [part("apart")], {
      axis: [1, 3],
      epsilon,
      center: false,
      scale: false,
    }),
    kerasLayer("Reshape", part("image"), [part("normal")], { target_shape: [side, side, channels] }),
    kerasLayer("DepthwiseConv2D", name, [part("image")], {
      kernel_size: [1, 1],
      strides: [1, 1],
      padding: "same",
      depth_multiplier: 1,
      ...CHANNELS_LAST,
      activation: "linear",
      use_bias: true,
      depthwise_initializer: INITIALIZER,
      bias_initializer: INITIALIZER,
    }),
  ];
}

export const kerasGroupNormWeights = ({
  name,
  gamma,
  beta,
}: Of<"group-norm">): readonly (readonly [string, Parameter])[] => [
  [`${name}/depthwise_kernel`, { shape: [1, 1, gamma.data.length, 1], data: gamma.data }],
  [`${name}/bias`, beta],
];

/** Keras' layers neither take roots nor divide. */
export function noResponseNorm(): ThawError {
  return new ThawError(
    "USAGE",
    "the model's base has ConvNeXt V2's norms of responses, which TensorFlow.js has no layer for",
    { hint: "export it as ONNX: --format onnx" },
  );
}
