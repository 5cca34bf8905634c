/** Where a classifier is cut: below its last fully connected layers, above its last convolution. */
import { ThawError } from "../../spec/errors.js";
import type { LayersModel, SymbolicTensor } from "../engine.js";

const POOLINGS = ["GlobalAveragePooling2D", "GlobalMaxPooling2D", "Flatten"];

/**
 * From the output down to the first global pooling or flattening, or to the first activations of some extent: a
 * network without a classifier ends in those. What merges several branches ends the way down, too.
 * @returns the name of the layer whose output the features are
 * @throws ThawError DATA_INVALID when there is no such layer
 */
export function featureLayer(network: LayersModel, source: string): string {
  let tensor: SymbolicTensor | undefined = network.outputs[0];
  while (tensor !== undefined && !isInput(tensor)) {
    const { sourceLayer, inputs, shape } = tensor;
    const [, rows = 1, columns = 1] = shape.length === 4 ? shape : [];
    const hasExtent = rows !== 1 || columns !== 1;
    if (POOLINGS.includes(sourceLayer.getClassName()) || hasExtent || inputs.length !== 1)
      return sourceLayer.name;
    // Below a network within the network, its own layers would follow, unconnected to this one's input.
    if ("layers" in sourceLayer) return sourceLayer.name;
    tensor = inputs[0];
  }
  throw new ThawError("DATA_INVALID", `${source} has no global pooling and no flattening to cut it at`, {
    hint: `name the layer that gives the features with --output; ${lastNames(network)}`,
  });
}

function isInput({ sourceLayer }: SymbolicTensor): boolean {
  return sourceLayer.getClassName() === "InputLayer";
}

/**
 * The output of that layer; of an average over the whole area its input, `[batch, rows, columns, channels]`, so that
 * it is known where in the image the features come from.
 * @throws ThawError USAGE when there is no such layer on the way to the output, or it is passed several times
 */
export function outputOf(network: LayersModel, name: string, source: string): SymbolicTensor {
  const [tensor, ...others] = tensorsOf(network).filter(({ sourceLayer }) => sourceLayer.name === name);
  if (tensor === undefined) {
    throw new ThawError("USAGE", `${source} has no layer ${name}`, { hint: lastNames(network) });
  }
  if (others.length > 0) {
    throw new ThawError("USAGE", `the layer ${name} of ${source} has several outputs`, {
      hint: `name another with --output; ${lastNames(network)}`,
    });
  }
  const [averaged] = tensor.inputs;
  return averaged !== undefined && isAverage(tensor) ? averaged : tensor;
}

/** All that is computed on the way to the outputs; networks within the network are one step. */
function tensorsOf(network: LayersModel): readonly SymbolicTensor[] {
  const found = new Set<SymbolicTensor>();
  const waiting = [...network.outputs];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    waiting.push(...next.inputs);
  }
  return [...found];
}

function isAverage({ sourceLayer }: SymbolicTensor): boolean {
  const isPooling = sourceLayer.getClassName() === "GlobalAveragePooling2D";
  return isPooling && sourceLayer.getConfig().dataFormat === "channelsLast";
}

/** Enough to find the end of the convolutions. */
const SHOWN = 8;

function lastNames({ layers }: LayersModel): string {
  const names = layers.map(({ name }) => name);
  return `its last layers: ${names.slice(-SHOWN).join(", ")}`;
}
