/** Units without a batch norm, forward and back. */
import { type ConvUnit, isOfPixels, type LayerNormUnit, type ScaleUnit } from "../../bases/architecture.js";
import { attribute, type Graph, type Value } from "../../graph/graph.js";
import { activate, activationGradient } from "../activations.js";
import {
  add,
  divide,
  matrixProduct,
  mean,
  multiply,
  pixelsOf,
  reshape,
  reshapeTo,
  shapeOf,
  shapeThen,
  subtract,
} from "../arithmetic.js";
import { inputGradient, kernelGradient } from "../convolutionGradients.js";
import { addBias, convolve, pixelSum } from "../ops.js";
import { activationPass, inSequence, type Pass, unchanged } from "./pass.js";

const CHANNELS = [3];
const ROWS_AND_COLUMNS = [1, 2];

/** A convolution with a bias, or with nothing. */
export function convolutionPass(graph: Graph, unit: ConvUnit, x: Value): Pass {
  if (isActivatedProduct(unit) && !graph.isNarrow) return activatedProductPass(graph, unit, x);
  const kernel = graph.input(`${unit.name}.kernel`);
  return inSequence(x, [
    (input) => ({
      y: convolve(graph, unit, input, kernel),
      back: (dy, gradients) => {
        gradients.set(`${unit.name}.kernel`, kernelGradient(graph, unit, input, kernel, dy));
        return inputGradient(graph, unit, input, kernel, dy);
      },
    }),
    (input) => (unit.offset === "bias" ? biasPass(graph, `${unit.name}.bias`, input) : unchanged(input)),
    (input) => activationPass(graph, unit.activation, input),
  ]);
}

/** What TensorFlow computes at once as a product of matrices, and as a convolution in five turns over the image. */
function isActivatedProduct(unit: ConvUnit): boolean {
  const { kind, offset, activation } = unit;
  return kind === "full" && isOfPixels(unit) && offset === "bias" && activation === "gelu";
}

/** A convolution of single pixels with bias and activation. */
function activatedProductPass(graph: Graph, unit: ConvUnit, x: Value): Pass {
  const { name, inChannels, outChannels, activation } = unit;
  const kernel = graph.input(`${name}.kernel`);
  const matrix = reshape(graph, kernel, [inChannels, outChannels]);
  const product = matrixProduct(graph, reshape(graph, x, [-1, inChannels]), matrix);
  const linear = addBias(graph, product, graph.input(`${name}.bias`));
  const activated = activate(graph, activation, linear);
  const y = reshapeTo(graph, activated, shapeThen(graph, shapeOf(graph, x), 3, [outChannels]));
  return {
    y,
    back: (dy, gradients) => {
      const dActivated = reshape(graph, dy, [-1, outChannels]);
      const dLinear = activationGradient(graph, activation, linear, activated, dActivated);
      const dImage = reshapeTo(graph, dLinear, shapeOf(graph, y));
      gradients.set(`${name}.bias`, pixelSum(graph, dLinear));
      gradients.set(`${name}.kernel`, kernelGradient(graph, unit, x, kernel, dImage));
      return inputGradient(graph, unit, x, kernel, dImage);
    },
  };
}

function biasPass(graph: Graph, name: string, x: Value): Pass {
  return {
    y: addBias(graph, x, graph.input(name)),
    back: (dy, gradients) => {
      gradients.set(name, pixelSum(graph, dy));
      return dy;
    },
  };
}

/** Each channel times a number of its own. */
export function scalePass(graph: Graph, { name }: ScaleUnit, x: Value): Pass {
  const gamma = graph.input(`${name}.gamma`);
  return {
    y: multiply(graph, x, gamma),
    back: (dy, gradients) => {
      gradients.set(`${name}.gamma`, pixelSum(graph, multiply(graph, dy, x)));
      return multiply(graph, dy, gamma);
    },
  };
}

/** Means over the image, `[batch, 1, 1, channels]`. */
export function meansPass(graph: Graph, x: Value): Pass {
  const y = mean(graph, x, ROWS_AND_COLUMNS, true);
  return {
    y,
    back: (dy) => {
      const perPixel = divide(graph, dy, pixelsOf(graph, x, y));
      const types = { T: attribute.float32, Tidx: attribute.int32 };
      return graph.op("BroadcastTo", types, [perPixel, shapeOf(graph, x)]);
    },
  };
}

export function layerNormPass(graph: Graph, { name, epsilon }: LayerNormUnit, x: Value): Pass {
  const gamma = graph.input(`${name}.gamma`);
  const centred = subtract(graph, x, mean(graph, x, CHANNELS, true));
  const variance = mean(graph, multiply(graph, centred, centred), CHANNELS, true);
  const inverse = graph.op("Rsqrt", { T: attribute.float32 }, [add(graph, variance, graph.number(epsilon))]);
  const normal = multiply(graph, centred, inverse);
  return {
    y: add(graph, multiply(graph, normal, gamma), graph.input(`${name}.beta`)),
    back: (dy, gradients) => {
      gradients.set(`${name}.gamma`, pixelSum(graph, multiply(graph, dy, normal)));
      gradients.set(`${name}.beta`, pixelSum(graph, dy));
      const dNormal = multiply(graph, dy, gamma);
      const along = multiply(graph, normal, mean(graph, multiply(graph, dNormal, normal), CHANNELS, true));
      const across = add(graph, mean(graph, dNormal, CHANNELS, true), along);
      return multiply(graph, subtract(graph, dNormal, across), inverse);
    },
  };
}
