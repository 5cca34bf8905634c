/** Operators that make images of an image: convolutions, norms, choices of channels. */
import { sizeOf } from "../../../network/parameters.js";
import { afterDense } from "./gates.js";
import type { ConvStep, Step, StepIndex } from "./steps.js";
import {
  type Constant,
  constantOf,
  extents,
  type Following,
  type Image,
  imageOf,
  numbersOf,
  settled,
  settledInside,
  type Value,
} from "./values.js";
import { addPads, NO_PADS, type Pads, paddingOf, padsOf, sideAfter } from "./windows.js";

export type Given = readonly (Value | undefined)[];

/** A weight among the inputs. @throws ThawError where it is none */
export function weightOf(inputs: Given, at: number, what: string, { refuse }: Following): Constant {
  const value = inputs[at];
  if (value?.is === "constant") return value;
  if (value?.is === "numbers" && !value.values.some(Number.isNaN)) return constantOf(value);
  throw refuse(`its ${what} is no weight in the file`, "thaw takes networks whose weights are constants");
}

const optional = (inputs: Given, at: number, what: string, following: Following): Constant | undefined =>
  inputs[at] === undefined ? undefined : weightOf(inputs, at, what, following);

/** One number for rows and columns. */
export function only(following: Following, name: string, otherwise: number): number {
  const [first = otherwise, second = first, more] = following.node.integers.get(name) ?? [];
  if (first === second && more === undefined && Number.isInteger(first) && first >= 1) return first;
  throw following.refuse(
    `its ${name} are ${first} and ${second}`,
    "thaw takes one number, at least 1, for rows and columns",
  );
}

/** Wider windows are none of an image's. */
export const MOST_KERNEL = 255;

export function convolved(value: Value, inputs: Given, following: Following): Value | undefined {
  const kernel = weightOf(inputs, 1, "kernel", following);
  const bias = optional(inputs, 2, "bias", following);
  const { refuse, node, label } = following;
  const groups = node.integers.get("group")?.[0] ?? 1;
  if (value.is === "means") {
    const layer = { kernel, isTurned: true, ...(bias === undefined ? {} : { bias }) };
    return groups === 1 ? afterDense(value, layer, following) : undefined;
  }
  if (value.is !== "image") return undefined;
  if (value.layout !== "first")
    throw refuse("the channels of its input come last", "thaw follows Transpose to channels first");
  const [output = 0, perGroup = 0, rows = 0, columns = 0, more] = kernel.shape;
  const { pads: around = NO_PADS } = value;
  const input = settledInside(value, following);
  const { channels, side } = following.steps[input] as Step;
  const isWhole = output >= 1 && rows >= 1 && columns >= 1 && Math.max(rows, columns) <= MOST_KERNEL;
  if (
    !isWhole ||
    more !== undefined ||
    groups < 1 ||
    perGroup * groups !== channels ||
    output % groups !== 0
  ) {
    throw refuse(
      `its kernel is ${extents(kernel.shape)} in ${groups} groups, and its input has ${channels} channels`,
    );
  }
  if (bias !== undefined && sizeOf(bias.shape) !== output)
    throw refuse(`its bias has ${sizeOf(bias.shape)} numbers`);
  const [stride, dilation] = [only(following, "strides", 1), only(following, "dilations", 1)];
  const span = [dilation * (rows - 1) + 1, dilation * (columns - 1) + 1] as const;
  const own = padsOf(node, span, stride, side);
  if (own === undefined) throw refuse("its padding is none that thaw knows");
  const pads = addPads(around, own);
  const after = sideAfter(pads, span, stride, side);
  if (after === undefined) throw refuse(`of an image of ${side} pixels it makes none that is square`);
  const placed = placedKernel(numbersOf(kernel, following), [output, perGroup, rows, columns], {
    ...{ dilation, span, stride, side, pads, groups, channels },
    following,
  });
  const step: ConvStep = {
    ...{ kind: "conv", input, groups, stride, from: label, channels: output, side: after },
    ...placed,
    ...(bias === undefined ? {} : { bias: numbersOf(bias, following) }),
    ...(kernel.depth === undefined ? {} : { isComputed: true }),
  };
  return imageOf(following.add(step), label);
}

interface Placing {
  readonly dilation: number;
  readonly span: readonly [number, number];
  readonly stride: number;
  readonly side: number;
  readonly pads: Pads;
  readonly groups: number;
  readonly channels: number;
  readonly following: Following;
}

/**
 * The kernel and a padding of thaw's: itself where it has one, else with noughts between its taps where it is dilated,
 * and beside them where it is padded unevenly, which computes the same.
 */
function placedKernel(
  data: Float32Array,
  shape: readonly [number, number, number, number],
  { dilation, span, stride, side, pads, groups, channels, following }: Placing,
): Pick<ConvStep, "kernel" | "padding" | "isFixed"> {
  const [output, perGroup, rows, columns] = shape;
  const padding = paddingOf(pads, span, stride, side);
  // Convolutions in groups have square kernels, unless each channel is one.
  const isSquareNeeded = groups > 1 && !(groups === channels && output === channels);
  const isOurs = padding !== undefined && !(isSquareNeeded && rows !== columns);
  if (dilation === 1 && isOurs) return { kernel: { shape, data }, padding, isFixed: false };
  // As far from the middle on every side as anywhere, so that all sides are padded alike.
  const most = Math.max(...pads.rows, ...pads.columns);
  const [top, bottom, left, right] = [...pads.rows, ...pads.columns].map((pad) => most - pad) as [
    number,
    number,
    number,
    number,
  ];
  const [high, wide] = [top + span[0] + bottom, left + span[1] + right];
  const isPlaced = isOurs ? span : ([high, wide] as const);
  const [down, across] = isOurs ? [0, 0] : [top, left];
  const [outRows, outColumns] = isPlaced;
  const isSquare = outRows === outColumns || isOurs;
  if (!isSquare || Math.max(outRows, outColumns) > MOST_KERNEL) {
    throw following.refuse(
      `its kernel of ${rows} × ${columns} pixels is padded in a way that thaw does not have`,
    );
  }
  const filled = [output, perGroup, outRows, outColumns] as const;
  following.spend(4 * sizeOf(filled));
  const kernel = new Float32Array(sizeOf(filled));
  let from = 0;
  for (let plane = 0; plane < output * perGroup; plane++)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++)
        kernel[(plane * outRows + down + y * dilation) * outColumns + across + x * dilation] =
          data[from++] ?? Number.NaN;
  return { kernel: { shape: filled, data: kernel }, padding: isOurs ? padding : most, isFixed: true };
}

/** `x · kernel`, of each pixel: a convolution of one. */
export function multiplied(value: Value, inputs: Given, following: Following): Value | undefined {
  const kernel = weightOf(inputs, 1, "matrix", following);
  if (value.is === "means") return afterDense(value, { kernel, isTurned: false }, following);
  if (value.is !== "image") return undefined;
  const input = settled(value, following);
  const { channels, side } = following.steps[input] as Step;
  const [rows = 0, output = 0, more] = kernel.shape;
  if (value.layout !== "last" || rows !== channels || output < 1 || more !== undefined)
    throw following.refuse("it multiplies an image by a matrix that is not one of its channels");
  const numbers = numbersOf(kernel, following);
  const data = new Float32Array(numbers.length);
  for (let i = 0; i < rows; i++)
    for (let o = 0; o < output; o++) data[o * rows + i] = numbers[i * output + o] ?? Number.NaN;
  return imageOf(
    pointwise(input, { output, data, isFixed: false, side, following }),
    following.label,
    "last",
  );
}

interface Pointwise {
  readonly output: number;
  /** `[out, in]` */
  readonly data: Float32Array;
  readonly isFixed: boolean;
  readonly side: number;
  readonly following: Following;
}

/** A convolution of one pixel. */
export function pointwise(
  input: StepIndex,
  { output, data, isFixed, side, following }: Pointwise,
): StepIndex {
  const kernel = { shape: [output, data.length / output, 1, 1], data };
  const made = { from: following.label, channels: output, side };
  return following.add({ ...made, kind: "conv", input, kernel, groups: 1, stride: 1, padding: 0, isFixed });
}

/** One channel out of each that is listed. */
export function selected(input: StepIndex, channels: readonly number[], following: Following): Image {
  const { channels: given, side } = following.steps[input] as Step;
  if (channels.length === 0 || !channels.every((one) => Number.isInteger(one) && one >= 0 && one < given))
    throw following.refuse(`it takes channels that an image of ${given} does not have`);
  if (channels.length === given && channels.every((one, i) => one === i))
    return imageOf(input, following.label);
  following.spend(4 * given * channels.length);
  const data = new Float32Array(given * channels.length);
  channels.forEach((one, i) => {
    data[i * given + one] = 1;
  });
  return imageOf(
    pointwise(input, { output: channels.length, data, isFixed: true, side, following }),
    following.label,
  );
}

/** `BatchNormalization` with statistics of its own. */
export function normalized(value: Value, inputs: Given, following: Following): Value | undefined {
  if (value.is !== "image") return undefined;
  if (value.layout !== "first") throw following.refuse("the channels of its input come last");
  const { integers, outputs } = following.node;
  const isTraining =
    (integers.get("training_mode")?.[0] ?? 0) !== 0 || outputs.slice(1).some((name) => name !== "");
  if (isTraining)
    throw following.refuse(
      "it normalizes by the statistics of the pictures at hand, as in training",
      "export the network in the mode of evaluation: model.eval() before torch.onnx.export",
    );
  const input = settled(value, following);
  const { channels, side } = following.steps[input] as Step;
  const parts = ["scale", "bias", "mean", "variance"].map((what, i) => {
    const data = numbersOf(weightOf(inputs, i + 1, what, following), following);
    if (data.length !== channels)
      throw following.refuse(`its ${what} has ${data.length} numbers for ${channels} channels`);
    return data;
  });
  const [gamma, beta, mean, variance] = parts as [Float32Array, Float32Array, Float32Array, Float32Array];
  const epsilon = epsilonOf(following);
  const made = { from: following.label, channels, side };
  return imageOf(
    following.add({ kind: "norm", input, gamma, beta, mean, variance, epsilon, ...made }),
    following.label,
  );
}

function epsilonOf({ node, refuse }: Following): number {
  const epsilon = node.floats.get("epsilon") ?? 1e-5;
  if (epsilon > 0 && epsilon < 1) return epsilon;
  throw refuse(`its epsilon is ${epsilon}`);
}

/** `LayerNormalization` over the channels of each pixel. */
export function layerNormalized(value: Value, inputs: Given, following: Following): Value | undefined {
  if (value.is !== "image") return undefined;
  const axis = following.node.integers.get("axis")?.[0] ?? -1;
  if (value.layout !== "last" || (axis !== -1 && axis !== 3))
    throw following.refuse("it is not over the channels of each pixel");
  const input = settled(value, following);
  const { channels, side } = following.steps[input] as Step;
  const read = (at: number, what: string, otherwise: number): Float32Array => {
    const given = optional(inputs, at, what, following);
    const data =
      given === undefined ? new Float32Array(channels).fill(otherwise) : numbersOf(given, following);
    if (data.length !== channels)
      throw following.refuse(`its ${what} has ${data.length} numbers for ${channels} channels`);
    return data;
  };
  const [gamma, beta] = [read(1, "scale", 1), read(2, "bias", 0)];
  const made = { from: following.label, channels, side };
  const step = following.add({
    kind: "layer-norm",
    input,
    gamma,
    beta,
    epsilon: epsilonOf(following),
    ...made,
  });
  return imageOf(step, following.label, "last");
}
