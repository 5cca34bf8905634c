/** What a network of TensorFlow.js' layers costs, by its layers: nothing is run for it. */
import type { StaticCost } from "../bases/cost.js";
import { FROZEN_BATCH } from "../bases/cost.js";
import type { LayersModel, SymbolicTensor } from "../engine.js";
import { sizeOf } from "../network/parameters.js";

type Layer = SymbolicTensor["sourceLayer"];
type Shape = readonly number[];

/** Of a float32. */
const BYTES = 4;

/** Layers that multiply no image by weights. */
const FREE: ReadonlySet<string> = new Set([
  ...["InputLayer", "BatchNormalization", "LayerNormalization", "Rescaling", "Activation", "Softmax"],
  ...["ReLU", "LeakyReLU", "PReLU", "ELU", "ThresholdedReLU"],
  ...["Add", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"],
  ...["MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling2D", "GlobalMaxPooling2D"],
  ...["Flatten", "Reshape", "Permute", "ZeroPadding2D", "Cropping2D", "UpSampling2D"],
  ...["Dropout", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "AlphaDropout"],
]);

/** @returns multiply-adds of one image, or undefined for a layer that is not known */
function layerCost(layer: Layer, input: Shape, output: Shape): number | undefined {
  const kernels = layer.weights.map(({ shape }) => shape as number[]).filter(({ length }) => length >= 2);
  const taps = kernels.reduce((sum, shape) => sum + sizeOf(shape), 0);
  const pixels = ([, rows = 1, columns = 1]: Shape): number => rows * columns;
  const isFirst = layer.getConfig().dataFormat === "channelsFirst";
  switch (layer.getClassName()) {
    case "Conv2D":
    case "DepthwiseConv2D":
    case "SeparableConv2D":
      return isFirst ? undefined : taps * pixels(output);
    case "Conv2DTranspose":
      return isFirst ? undefined : taps * pixels(input);
    case "Dense":
      return taps * sizeOf(input.slice(1, -1));
    default:
      return FREE.has(layer.getClassName()) ? 0 : undefined;
  }
}

interface Tally {
  multiplyAdds: number;
  /** Numbers of the largest layer's inputs and output, of one image. */
  largest: number;
  readonly layers: Set<Layer>;
}

/**
 * Of what is computed of one square image up to a tensor.
 * @param size side of the image in pixels
 * @returns undefined where a layer is not known
 */
export function extractorCost(
  { inputs }: LayersModel,
  output: SymbolicTensor,
  size: number,
): StaticCost | undefined {
  const tally: Tally = { multiplyAdds: 0, largest: 0, layers: new Set() };
  const [input] = inputs;
  if (input === undefined) return undefined;
  if (shapeOf(output, new Map([[input, [1, size, size, 3]]]), tally) === undefined) return undefined;
  const numbers = [...tally.layers].flatMap(({ weights }) =>
    weights.map(({ shape }) => sizeOf(shape as number[])),
  );
  const weightBytes = BYTES * numbers.reduce((a, b) => a + b, 0);
  return {
    multiplyAdds: tally.multiplyAdds,
    weightBytes,
    passBytes: weightBytes + BYTES * FROZEN_BATCH * tally.largest,
  };
}

/** With all extents, where the model leaves some open. @param known of tensors that were computed already */
function shapeOf(tensor: SymbolicTensor, known: Map<SymbolicTensor, Shape>, tally: Tally): Shape | undefined {
  // Networks have more layers in a row than a program may nest calls.
  const waiting = [tensor];
  for (let next = waiting.at(-1); next !== undefined; next = waiting.at(-1)) {
    const missing = next.inputs.filter((input) => !known.has(input));
    if (known.has(next) || missing.length === 0) waiting.pop();
    else waiting.push(...missing);
    if (known.has(next) || missing.length > 0) continue;
    const shape = outputOf(
      next,
      next.inputs.map((input) => known.get(input) as Shape),
      tally,
    );
    if (shape === undefined) return undefined;
    known.set(next, shape);
  }
  return known.get(tensor);
}

function outputOf({ sourceLayer }: SymbolicTensor, given: readonly Shape[], tally: Tally): Shape | undefined {
  const [first] = given;
  if (first === undefined) return undefined;
  if (isNetwork(sourceLayer)) {
    const [output, other] = sourceLayer.outputs;
    const inner = new Map(sourceLayer.inputs.map((input, i) => [input, given[i] ?? first]));
    return output === undefined || other !== undefined ? undefined : shapeOf(output, inner, tally);
  }
  const inputs = given.map((shape) => [...shape]);
  const shape = sourceLayer.computeOutputShape(inputs.length === 1 ? (inputs[0] as number[]) : inputs);
  if (!isWhole(shape)) return undefined;
  const cost = layerCost(sourceLayer, first, shape);
  if (cost === undefined) return undefined;
  tally.multiplyAdds += cost;
  tally.largest = Math.max(
    tally.largest,
    [...given, shape].reduce((sum, one) => sum + sizeOf(one), 0),
  );
  tally.layers.add(sourceLayer);
  return shape;
}

const isNetwork = (layer: Layer): layer is Layer & Pick<LayersModel, "inputs" | "outputs"> =>
  "layers" in layer;

const isWhole = (shape: unknown): shape is number[] =>
  Array.isArray(shape) && shape.every((extent) => Number.isInteger(extent));
