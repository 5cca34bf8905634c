/** The network in the words of Keras' functional models, which TensorFlow.js' LayersModel reads. */
import { GELU_CUBE, GELU_SCALE, slopeOf } from "../learn/network/activations.js";
import { HEAD_BIAS } from "../learn/network/head.js";
import { type Parameter, parameter } from "../learn/network/parameters.js";
import { CHANNELS_LAST, INITIALIZER, type KerasLayer, kerasLayer } from "./keras.js";
import { kerasConvolution, kerasConvolutionWeights, kerasPooling } from "./kerasConvolutions.js";
import {
  kerasGroupNorm,
  kerasGroupNormWeights,
  kerasLayerNorm,
  kerasLayerNormWeights,
  noResponseNorm,
} from "./kerasNorms.js";
import { kerasResize, kerasResizeWeights } from "./kerasResize.js";
import type { Layer, LayerActivation } from "./layers.js";
import { scaleAndOffset } from "./pixelScale.js";
import type { TrainedModel } from "./trainedModel.js";

/** Names of the layers around the base. */
const PIXELS = "pixels";
/** The base's input. */
export const SCALED = "scaled";
const FEATURES = "features";
export const PROBABILITIES = "probabilities";

/** An activation is one layer, or some that end with the one of that name. */
function kerasActivation(name: string, input: string, activation: LayerActivation): readonly KerasLayer[] {
  const known = (keras: string) => [kerasLayer("Activation", name, [input], { activation: keras })];
  switch (activation) {
    case "relu6":
      return [kerasLayer("ReLU", name, [input], { max_value: 6 })];
    case "relu":
      return [kerasLayer("ReLU", name, [input])];
    case "sigmoid":
      return known("sigmoid");
    case "silu":
      return known("swish");
    case "gelu":
      return known("gelu");
    // What TensorFlow.js registers as gelu_new it does not find again by that name.
    case "gelu-tanh": {
      const part = (of: string): string => `${name}.${of}`;
      const rescaled = (as: string, from: string, scale: number, offset: number) =>
        kerasLayer("Rescaling", part(as), [part(from)], { scale, offset });
      return [
        // A product of a layer with itself is none that TensorFlow.js computes.
        kerasLayer("Rescaling", part("scaled"), [input], { scale: GELU_CUBE, offset: 0 }),
        kerasLayer("Multiply", part("square"), [input, part("scaled")]),
        rescaled("factor", "square", 1, 1),
        kerasLayer("Multiply", part("inner"), [input, part("factor")]),
        rescaled("along", "inner", GELU_SCALE, 0),
        kerasLayer("Activation", part("tanh"), [part("along")], { activation: "tanh" }),
        rescaled("share", "tanh", 0.5, 0.5),
        kerasLayer("Multiply", name, [input, part("share")]),
      ];
    }
    // Keras' own hard sigmoid is another one, `0.2 x + 0.5`.
    case "hard-sigmoid": {
      const [raised, clipped] = [`${name}.raised`, `${name}.clipped`];
      return [
        kerasLayer("Rescaling", raised, [input], { scale: 1, offset: 3 }),
        kerasLayer("ReLU", clipped, [raised], { max_value: 6 }),
        kerasLayer("Rescaling", name, [clipped], { scale: 1 / 6, offset: 0 }),
      ];
    }
    case "hard-swish": {
      const gate = `${name}.gate`;
      return [...kerasActivation(gate, input, "hard-sigmoid"), kerasLayer("Multiply", name, [input, gate])];
    }
    default:
      return [kerasLayer("LeakyReLU", name, [input], { alpha: slopeOf(activation) })];
  }
}

function kerasLayers(one: Layer): readonly KerasLayer[] {
  switch (one.kind) {
    case "convolution":
      return kerasConvolution(one);
    case "activation":
      return kerasActivation(one.name, one.input, one.activation);
    case "add":
      return [kerasLayer("Add", one.name, one.inputs)];
    case "concat":
      return [kerasLayer("Concatenate", one.name, one.inputs, { axis: -1 })];
    case "product":
      return [kerasLayer("Multiply", one.name, one.inputs)];
    case "resize":
      return kerasResize(one);
    case "means": {
      const pooled = `${one.name}.pooled`;
      return [
        kerasLayer("GlobalAveragePooling2D", pooled, [one.input], CHANNELS_LAST),
        kerasLayer("Reshape", one.name, [pooled], { target_shape: [1, 1, one.channels] }),
      ];
    }
    case "layer-norm":
      return kerasLayerNorm(one);
    case "group-norm":
      return kerasGroupNorm(one);
    case "response-norm":
      throw noResponseNorm();
    case "pooling":
      return kerasPooling(one);
  }
}

/** By the names that TensorFlow.js gives the variables of the layers. */
export function kerasLayerWeights(one: Layer): readonly (readonly [string, Parameter])[] {
  switch (one.kind) {
    case "convolution":
      return kerasConvolutionWeights(one);
    case "layer-norm":
      return kerasLayerNormWeights(one);
    case "group-norm":
      return kerasGroupNormWeights(one);
    case "response-norm":
      throw noResponseNorm();
    case "resize":
      return kerasResizeWeights(one);
    case "activation":
    case "add":
    case "concat":
    case "product":
    case "means":
    case "pooling":
      return [];
  }
}

/**
 * All layers, from RGB in 0…255 `[batch, size, size, 3]` to probabilities `[batch, classes]`.
 * @param base the layers of the base, reading {@link SCALED}
 */
export function kerasTopology(model: TrainedModel, base: readonly Layer[], name: string) {
  const { size, pixelScale } = model.input;
  const layers = [
    kerasLayer("InputLayer", PIXELS, [], { batch_input_shape: [null, size, size, 3], dtype: "float32" }),
    // As a layer of its own: "same" padding adds zeros after the scaling, so that it cannot go into the stem.
    kerasLayer("Rescaling", SCALED, [PIXELS], { ...scaleAndOffset(pixelScale) }),
    ...base.flatMap(kerasLayers),
    kerasLayer("GlobalAveragePooling2D", FEATURES, [base.at(-1)?.name ?? SCALED], {
      data_format: "channels_last",
    }),
    kerasLayer("Dense", PROBABILITIES, [FEATURES], {
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
