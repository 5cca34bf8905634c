/** Operators that make images of an image: convolutions, poolings, padding, choices of channels. */
import { sizeOf } from "../../../network/parameters.js";
import { afterDense, afterNeighbours, meansOf, pixelOf } from "./gates/means.js";
import { allOf, CUT, cutOut, placesOf } from "./pixels.js";
import type { ConvStep, Step, StepIndex } from "./steps.js";
import {
  type Constant,
  constantOf,
  extents,
  type Following,
  type Image,
  imageOf,
  listOf,
  numbersOf,
  settled,
  settledInside,
  type Value,
} from "./values.js";
import {
  addPads,
  isSamePads,
  NO_PADS,
  type Pads,
  paddingOf,
  padsOf,
  roundedUp,
  sideAfter,
} from "./windows.js";

export type Given = readonly (Value | undefined)[];

/** A weight among the inputs. @throws ThawError where it is none */
export function weightOf(inputs: Given, at: number, what: string, { refuse }: Following): Constant {
  const value = inputs[at];
  if (value?.is === "constant") return value;
  if (value?.is === "numbers" && !value.values.some(Number.isNaN)) return constantOf(value);
  throw refuse(`its ${what} is no weight in the file`, "thaw takes networks whose weights are constants");
}

export const optional = (
  inputs: Given,
  at: number,
  what: string,
  following: Following,
): Constant | undefined => (inputs[at] === undefined ? undefined : weightOf(inputs, at, what, following));

/** One number for rows and columns. */
function only(following: Following, name: string, otherwise: number): number {
  const [first = otherwise, second = first, more] = following.node.integers.get(name) ?? [];
  if (first === second && more === undefined && Number.isInteger(first) && first >= 1) return first;
  throw following.refuse(
    `its ${name} are ${first} and ${second}`,
    "thaw takes one number, at least 1, for rows and columns",
  );
}

/** Wider windows are none of an image's. */
const MOST_KERNEL = 255;

export function convolved(value: Value, inputs: Given, following: Following): Value | undefined {
  const kernel = weightOf(inputs, 1, "kernel", following);
  const bias = optional(inputs, 2, "bias", following);
  const { refuse, node, label } = following;
  const groups = node.integers.get("group")?.[0] ?? 1;
  if (value.is === "means") {
    const layer = { kernel, isTurned: true, axis: "first", ...(bias === undefined ? {} : { bias }) } as const;
    const isOfPixels = kernel.shape.length !== 4 || kernel.shape.slice(2).every((extent) => extent === 1);
    const isPadded = (node.integers.get("pads") ?? []).some((pad) => pad !== 0);
    if (isOfPixels && !((isPadded || groups !== 1) && kernel.shape.length === 4)) {
      if (groups !== 1) return undefined;
      const along = afterNeighbours(value, layer, following);
      return along ?? (isPadded ? undefined : afterDense(value, layer, following));
    }
    const isPixel = value.shape.join(" ") === `${value.chain.outputs} 1 1`;
    return isPixel ? convolved(pixelOf(value, following), inputs, following) : undefined;
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
  const own = padsOf(node, span, stride, { side, around });
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
  if (value.is === "means") return afterDense(value, { kernel, isTurned: false, axis: "last" }, following);
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
  return imageOf(pointwise(input, { output, data, side, following }), following.label, "last");
}

interface Pointwise {
  readonly output: number;
  /** `[out, in]` */
  readonly data: Float32Array;
  readonly side: number;
  readonly following: Following;
}

/** A convolution of one pixel. */
function pointwise(input: StepIndex, { output, data, side, following }: Pointwise): StepIndex {
  const kernel = { shape: [output, data.length / output, 1, 1], data };
  const made = { from: following.label, channels: output, side, isFixed: false };
  return following.add({ ...made, kind: "conv", input, kernel, groups: 1, stride: 1, padding: 0 });
}

/** One channel out of each that is listed. */
export function selected(input: StepIndex, channels: readonly number[], following: Following): Image {
  const { channels: given, side } = following.steps[input] as Step;
  if (channels.length === 0 || !channels.every((one) => Number.isInteger(one) && one >= 0 && one < given))
    throw following.refuse(`it takes channels that an image of ${given} does not have`);
  if (channels.length === given && channels.every((one, i) => one === i))
    return imageOf(input, following.label);
  following.spend(8 * channels.length);
  const made = { from: following.label, channels: channels.length, side };
  return imageOf(following.add({ kind: "choice", input, given, chosen: channels, ...made }), following.label);
}

export function pooled(value: Value, following: Following): Value | undefined {
  if (value.is !== "image") return undefined;
  const { node, refuse, label } = following;
  if (value.layout !== "first") throw refuse("the channels of its input come last");
  const { pads: around = NO_PADS } = value;
  const input = settledInside(value, following);
  const given = following.steps[input] as Step;
  const { channels, side } = given;
  const [kernel, stride] = [only(following, "kernel_shape", 1), only(following, "strides", 1)];
  if (only(following, "dilations", 1) !== 1) throw refuse("its windows are dilated");
  const isMean = node.operator === "AveragePool";
  // What adaptive pooling becomes where there is nothing to do.
  if (kernel === 1 && stride === 1 && (node.integers.get("pads") ?? []).every((pad) => pad === 0))
    return value;
  const own = padsOf(node, [kernel, kernel], stride, { side, around });
  if (own === undefined || kernel > MOST_KERNEL)
    throw refuse("its windows or their padding are none that thaw knows");
  const isPadded = [...own.rows, ...own.columns].some((pad) => pad > 0);
  const isPaddedBefore = value.pads !== undefined;
  if (isMean && kernel >= side && !isPadded && !isPaddedBefore) return meansOf(input, given);
  const pads = addPads(around, own);
  const isWide = Math.max(...pads.rows, ...pads.columns) >= kernel;
  // Zeros are no least of all numbers, but of those that an activation has left above nought: others get them for good.
  if (!isMean && isPaddedBefore && (isWide || !isNowhereBelowNought(given)))
    return pooled(imageOf(framed(input, around, following), label), following);
  if (!isMean && isWide) throw refuse("its padding is as wide as its windows, of which some have no pixel");
  const isRoundedUp = (node.integers.get("ceil_mode")?.[0] ?? 0) !== 0;
  const square = [kernel, kernel] as const;
  const counted = isRoundedUp
    ? roundedUp(own, { kernel, stride, side, around })
    : paddingOf(pads, square, stride, side);
  const leavesOut = isMean && (node.integers.get("count_include_pad")?.[0] ?? 0) === 0;
  const isOfNeighbours = leavesOut && (isPadded || counted === "same");
  const isSame = counted === "same" || (counted !== undefined && isSamePads(pads, square, stride, side));
  if (isOfNeighbours && (isPaddedBefore || !isSame)) {
    throw refuse(
      "its means leave out what is padded",
      "thaw does so where it is padded as TensorFlow does it, else it counts zeros, as count_include_pad=1",
    );
  }
  const padding = isOfNeighbours ? "same" : counted;
  if (padding === undefined || (isMean && padding === "same" && !isOfNeighbours)) {
    throw refuse(
      `its windows of ${kernel} with stride ${stride} lie on ${side} pixels in a way that thaw does not have`,
      "another --size may do, where the graph takes any",
    );
  }
  const pooling = { kernel, stride, padding };
  const after =
    padding === "same" ? Math.ceil(side / stride) : Math.floor((side + 2 * padding - kernel) / stride) + 1;
  if (after < 1) throw refuse(`an image of ${side} pixels is smaller than its windows`);
  const made = { from: label, channels, side: after, input, pooling };
  return imageOf(following.add({ ...made, kind: isMean ? "average" : "max" }), label);
}

/**
 * The image with zeros around it, by kernels of a single one: with as many zeros on every side as the widest has, a
 * kernel of more pixels leaves those off again that are too many elsewhere.
 */
function framed(input: StepIndex, { rows, columns }: Pads, following: Following): StepIndex {
  const { channels, side } = following.steps[input] as Step;
  const padding = Math.max(...rows, ...columns);
  const added = rows[0] + rows[1];
  if (columns[0] + columns[1] !== added)
    throw following.refuse("the zeros before it make no square of an image");
  const size = 2 * padding - added + 1;
  following.spend(4 * channels * size ** 2);
  const data = new Float32Array(channels * size ** 2);
  const [down, across] = [padding - rows[0], padding - columns[0]];
  for (let channel = 0; channel < channels; channel++) data[(channel * size + down) * size + across] = 1;
  const kernel = { shape: [channels, 1, size, size], data };
  const made = { from: following.label, channels, side: side + added, groups: channels };
  return following.add({ ...made, kind: "conv", input, kernel, stride: 1, padding, isFixed: true });
}

const isNowhereBelowNought = (step: Step): boolean =>
  step.kind === "activation" && ["relu", "relu6", "sigmoid", "hard-sigmoid"].includes(step.activation);

/** Zeros around an image, which are left to whatever takes it; or rows and columns less. */
export function padded(value: Value, inputs: Given, following: Following): Value | undefined {
  if (value.is !== "image") return undefined;
  const { node, refuse } = following;
  const listed = listOf(inputs, 1, "pads", following) ?? [];
  const filling =
    inputs[2] === undefined
      ? node.floats.get("value")
      : numbersOf(weightOf(inputs, 2, "value", following), following)[0];
  const [rows, columns] = value.layout === "first" ? [2, 3] : [1, 2];
  const isPlain =
    listed.length === 8 &&
    listed.every((pad, i) => pad === 0 || (Math.abs(pad) <= MOST_KERNEL && [rows, columns].includes(i % 4)));
  if (
    !isPlain ||
    (filling ?? 0) !== 0 ||
    (node.texts.get("mode") ?? "constant") !== "constant" ||
    inputs[3] !== undefined
  )
    throw refuse("it adds something else than zeros around an image");
  const along = (axis: number) => [listed[axis] ?? 0, listed[axis + 4] ?? 0] as const;
  const [above, beside] = [along(rows), along(columns)];
  const before = settled(value, following);
  const { side } = following.steps[before] as Step;
  // Fewer than none are taken off.
  const left = ([first, last]: readonly [number, number]) =>
    placesOf(allOf(side), Math.max(0, -first), side + Math.min(0, last), 1);
  const inside = cutOut(
    { base: before, layout: value.layout, rows: left(above), columns: left(beside) },
    following,
  );
  if (inside.is === "cut") throw refuse("it takes other rows than columns off an image", CUT);
  const added = ([first, last]: readonly [number, number]) =>
    [Math.max(0, first), Math.max(0, last)] as const;
  const pads: Pads = { rows: added(above), columns: added(beside) };
  return [...pads.rows, ...pads.columns].some((pad) => pad > 0) ? { ...inside, pads } : inside;
}
