/** The network in the words of Keras' functional models, which TensorFlow.js' LayersModel reads. */
import { HEAD_BIAS } from "../learn/network/head.js";
import type { Padding } from "../learn/network/ops.js";
import { parameter } from "../learn/network/parameters.js";
import type { Layer } from "./layers.js";
import { scaleAndOffset } from "./pixelScale.js";
import type { TrainedModel } from "./trainedModel.js";

export interface KerasLayer {
  readonly class_name: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inbound_nodes: readonly (readonly (readonly [string, 0, 0, Record<string, never>])[])[];
}

/** Names of the layers around the base. */
const PIXELS = "pixels";
/** The base's input. */
export const SCALED = "scaled";
const FEATURES = "features";
export const PROBABILITIES = "probabilities";

/** The weights are loaded over it; the default draws millions of random numbers first. */
const INITIALIZER = { class_name: "Zeros", config: {} };

function layer(
  class_name: string,
  name: string,
  inputs: readonly string[],
  config: Readonly<Record<string, unknown>> = {},
): KerasLayer {
  return {
    class_name,
    name,
    config: { name, trainable: false, ...config },
    inbound_nodes: inputs.length === 0 ? [] : [inputs.map((input) => [input, 0, 0, {}] as const)],
  };
}

const ACTIVATIONS = { relu6: { max_value: 6 }, relu: {} } as const;

/** Keras' layers know no padding by a number of pixels: it is a layer of its own before them. */
function padded(name: string, input: string, padding: Padding) {
  if (padding === "same" || padding === 0) {
    return { before: [], input, padding: padding === "same" ? "same" : "valid" };
  }
  const sides = [padding, padding];
  const pad = layer("ZeroPadding2D", `${name}.padded`, [input], {
    padding: [sides, sides],
    data_format: "channels_last",
  });
  return { before: [pad], input: pad.name, padding: "valid" };
}

function kerasLayers(one: Layer): readonly KerasLayer[] {
  switch (one.kind) {
    case "convolution": {
      const { kind, kernel, stride, outChannels } = one.unit;
      const { before, input, padding } = padded(one.name, one.input, one.unit.padding);
      const shared = {
        kernel_size: [kernel, kernel],
        strides: [stride, stride],
        padding,
        data_format: "channels_last",
        activation: "linear",
        use_bias: true,
        bias_initializer: INITIALIZER,
      };
      const convolution =
        kind === "full"
          ? layer("Conv2D", one.name, [input], {
              ...shared,
              filters: outChannels,
              kernel_initializer: INITIALIZER,
            })
          : layer("DepthwiseConv2D", one.name, [input], {
              ...shared,
              depth_multiplier: 1,
              depthwise_initializer: INITIALIZER,
            });
      return [...before, convolution];
    }
    case "activation":
      return [layer("ReLU", one.name, [one.input], ACTIVATIONS[one.activation])];
    case "add":
      return [layer("Add", one.name, one.inputs)];
    case "pooling": {
      const { kernel, stride } = one.pooling;
      const { before, input, padding } = padded(one.name, one.input, one.pooling.padding);
      const config = { pool_size: [kernel, kernel], strides: [stride, stride], padding };
      const pool = layer("MaxPooling2D", one.name, [input], { ...config, data_format: "channels_last" });
      return [...before, pool];
    }
  }
}

/**
 * All layers, from RGB in 0…255 `[batch, size, size, 3]` to probabilities `[batch, classes]`.
 * @param base the layers of the base, reading {@link SCALED}
 */
export function kerasTopology(model: TrainedModel, base: readonly Layer[], name: string) {
  const { size, pixelScale } = model.input;
  const layers = [
    layer("InputLayer", PIXELS, [], { batch_input_shape: [null, size, size, 3], dtype: "float32" }),
    // As a layer of its own: "same" padding adds zeros after the scaling, so that it cannot go into the stem.
    layer("Rescaling", SCALED, [PIXELS], { ...scaleAndOffset(pixelScale) }),
    ...base.flatMap(kerasLayers),
    layer("GlobalAveragePooling2D", FEATURES, [base.at(-1)?.name ?? SCALED], {
      data_format: "channels_last",
    }),
    layer("Dense", PROBABILITIES, [FEATURES], {
      units: parameter(model.parameters, HEAD_BIAS).data.length,
      activation: "softmax",
      use_bias: true,
      kernel_initializer: INITIALIZER,
      bias_initializer: INITIALIZER,
    }),
  ];
  return {
    model_config: {
      class_name: "Model",
      config: { name, layers, input_layers: [[PIXELS, 0, 0]], output_layers: [[PROBABILITIES, 0, 0]] },
    },
  };
}
