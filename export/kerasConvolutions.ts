/** Convolutions and poolings as layers of Keras, with their weights. */
import { type ConvUnit, kernelSize } from "../learn/bases/architecture.js";
import { windowsAlong } from "../learn/bases/extent.js";
import type { Padding } from "../learn/network/ops.js";
import type { Parameter } from "../learn/network/parameters.js";
import { CHANNELS_LAST, INITIALIZER, type KerasLayer, kerasLayer } from "./keras.js";
import type { Layer } from "./layers.js";

type Convolution = Extract<Layer, { kind: "convolution" }>;
type Grouped = Extract<ConvUnit, { kind: "grouped" }>;

/** Keras' layers know no padding by a number of pixels: it is a layer of its own before them. */
function padded(name: string, input: string, padding: Padding) {
  if (padding === "same" || padding === 0) {
    return { before: [], input, padding: padding === "same" ? "same" : "valid" };
  }
  const sides = [padding, padding];
  const pad = kerasLayer("ZeroPadding2D", `${name}.padded`, [input], {
    padding: [sides, sides],
    data_format: "channels_last",
  });
  return { before: [pad], input: pad.name, padding: "valid" };
}

export function kerasPooling({
  name,
  input: from,
  pooling,
}: Extract<Layer, { kind: "pooling" }>): readonly KerasLayer[] {
  const { kernel, stride } = pooling;
  const { before, input, padding } = padded(name, from, pooling.padding);
  const config = { pool_size: [kernel, kernel], strides: [stride, stride], padding };
  const className = pooling.kind === "max" ? "MaxPooling2D" : "AveragePooling2D";
  return [...before, kerasLayer(className, name, [input], { ...config, ...CHANNELS_LAST })];
}

export function kerasConvolution(one: Convolution): readonly KerasLayer[] {
  const { unit, name } = one;
  const { stride, outChannels } = unit;
  const { before, input, padding } = padded(name, one.input, unit.padding);
  const shared = {
    kernel_size: [...kernelSize(unit)],
    strides: [stride, stride],
    padding,
    ...CHANNELS_LAST,
    activation: "linear",
    use_bias: true,
    bias_initializer: INITIALIZER,
  };
  const depthwise = (as: string, depth_multiplier: number): KerasLayer =>
    kerasLayer("DepthwiseConv2D", as, [input], {
      ...shared,
      depth_multiplier,
      depthwise_initializer: INITIALIZER,
    });
  switch (unit.kind) {
    case "full": {
      const config = { ...shared, filters: outChannels, kernel_initializer: INITIALIZER };
      return [...before, kerasLayer("Conv2D", name, [input], config)];
    }
    case "depthwise":
      return [...before, depthwise(name, 1)];
    case "grouped":
      return [
        ...before,
        depthwise(productsOf(name), outChannels / unit.groups),
        ...groupSums(name, unit, windowsAlong(one.side, unit)),
      ];
  }
}

const productsOf = (name: string): string => `${name}.products`;

/**
 * TensorFlow.js has no grouped convolution. A depthwise one gives the products of every input channel with all of its
 * group's kernels; their means over the channels of a group are what is wanted, once they are as many times larger.
 */
function groupSums(name: string, { groups, inChannels, outChannels }: Grouped, side: number): KerasLayer[] {
  const [input, output] = [inChannels / groups, outChannels / groups];
  const [apart, means] = [`${name}.apart`, `${name}.sums`];
  const pool = { pool_size: [1, input], strides: [1, input], padding: "valid", ...CHANNELS_LAST };
  return [
    kerasLayer("Reshape", apart, [productsOf(name)], { target_shape: [side * side * groups, input, output] }),
    kerasLayer("AveragePooling2D", means, [apart], pool),
    kerasLayer("Reshape", name, [means], { target_shape: [side, side, outChannels] }),
  ];
}

/** By the names that TensorFlow.js gives the variables of {@link kerasConvolution}. */
export function kerasConvolutionWeights({
  name,
  unit,
  kernel,
  bias,
}: Convolution): readonly [string, Parameter][] {
  switch (unit.kind) {
    case "full":
      return [
        [`${name}/kernel`, kernel],
        [`${name}/bias`, bias],
      ];
    case "depthwise":
      return [
        [`${name}/depthwise_kernel`, kernel],
        [`${name}/bias`, bias],
      ];
    case "grouped":
      return productWeights(name, unit, kernel, bias);
  }
}

/** `[h, w, in / groups, out]` as `[h, w, in, out / groups]`, times the channels of a group; the bias for each of them. */
function productWeights(
  name: string,
  { groups, inChannels, outChannels }: Grouped,
  { shape, data }: Parameter,
  bias: Parameter,
): [string, Parameter][] {
  const [rows = 0, columns = 0] = shape;
  const [input, output] = [inChannels / groups, outChannels / groups];
  const products = new Float32Array(rows * columns * inChannels * output);
  const biases = new Float32Array(inChannels * output);
  for (let channel = 0; channel < inChannels; channel++) {
    const group = Math.floor(channel / input);
    for (let out = 0; out < output; out++) {
      biases[channel * output + out] = bias.data[group * output + out] as number;
      for (let tap = 0; tap < rows * columns; tap++) {
        const from = (tap * input + (channel % input)) * outChannels + group * output + out;
        products[(tap * inChannels + channel) * output + out] = input * (data[from] as number);
      }
    }
  }
  const layer = productsOf(name);
  return [
    [`${layer}/depthwise_kernel`, { shape: [rows, columns, inChannels, output], data: products }],
    [`${layer}/bias`, { shape: [inChannels * output], data: biases }],
  ];
}
