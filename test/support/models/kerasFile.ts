/** A network as `model.save` of Keras 2 writes it into `.h5`, from tensors with PyTorch's names and layouts. */
import type { CheckpointTensor } from "../../../learn/import/tensorViews.js";
import { type Group, hdf5Of, type Node } from "../../fuzz/checkpoints/hdf5.js";

/** Keras' names of a batch norm's vectors. */
const NORM: Readonly<Record<string, string>> = {
  weight: "gamma:0",
  bias: "beta:0",
  running_mean: "moving_mean:0",
  running_var: "moving_variance:0",
};
const CONVOLUTION: Readonly<Record<string, string>> = { weight: "kernel:0", bias: "bias:0" };

/**
 * @param state `LAYER.weight` and so on, of convolutions and batch norms
 * @param others layers that are something else, by name
 */
export function kerasFile(
  state: ReadonlyMap<string, CheckpointTensor>,
  others: Readonly<Record<string, Group>> = {},
): Buffer {
  const layers = new Map<string, Record<string, Node>>();
  for (const [full, tensor] of state) {
    const at = full.lastIndexOf(".");
    const [layer, part] = [full.slice(0, at), full.slice(at + 1)];
    const names = state.has(`${layer}.running_mean`) ? NORM : CONVOLUTION;
    const own = layers.get(layer) ?? {};
    own[names[part] ?? part] = numbersOf(tensor);
    layers.set(layer, own);
  }
  const groups = [...layers].map(([layer, members]): [string, Group] => [
    layer,
    { members: { [layer]: { members } } },
  ]);
  return hdf5Of({ members: { model_weights: { members: { ...others, ...Object.fromEntries(groups) } } } })
    .file;
}

/** A `Normalization`, as it lies in such a file. */
export function normalizationGroup(
  name: string,
  mean: readonly number[],
  variance: readonly number[],
): Group {
  const vector = (values: readonly number[]): Node => ({
    shape: [values.length],
    data: bytesOf(Float32Array.from(values)),
  });
  const members = { "mean:0": vector(mean), "variance:0": vector(variance) };
  return { members: { [name]: { members } } };
}

/** Kernels of Keras are [h, w, in, out], depthwise ones [h, w, channels, 1]. */
function numbersOf({ shape, data }: CheckpointTensor): Node {
  if (shape.length !== 4) return { shape, data: bytesOf(data) };
  const [first = 0, second = 0, height = 0, width = 0] = shape;
  const isDeep = second === 1;
  const [input, output] = isDeep ? [first, 1] : [second, first];
  const taps = height * width;
  const turned = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const [tap, inner, outer] = [i % taps, Math.floor(i / taps) % second, Math.floor(i / (taps * second))];
    const place = isDeep ? tap * input + outer : (tap * input + inner) * output + outer;
    turned[place] = data[i] ?? Number.NaN;
  }
  return { shape: [height, width, input, output], data: bytesOf(turned) };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
