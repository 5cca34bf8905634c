/** What the names of a graph stand for while it is followed. */
import type { ThawError } from "../../../../spec/errors.js";
import type { Activation } from "../../../network/activations.js";
import { sizeOf } from "../../../network/parameters.js";
import type { Spend } from "../../budget.js";
import { shown } from "../../names.js";
import type { OnnxNode } from "../node.js";
import type { OnnxTensor } from "../tensors.js";
import { type Composed, composedOf, type Line } from "./curves/composed.js";
import { activationOf, type Curve, lineOf, SAME } from "./curves/curve.js";
import type { Step, StepIndex } from "./steps.js";
import type { Pads } from "./windows.js";

/** Weights, under whatever shape the graph has given them. */
export interface Constant {
  readonly is: "constant";
  readonly shape: readonly number[];
  readonly tensor: OnnxTensor;
  /** In how many steps the graph computes them of others; absent where they are in the file. */
  readonly depth?: number;
}

/** Shapes, axes, pads and what is computed of them; NaN stands for what depends on the number of pictures. */
export interface Numbers {
  readonly is: "numbers";
  readonly shape: readonly number[];
  readonly values: readonly number[];
  /** Whether their type is one of whole numbers. */
  readonly isWhole: boolean;
}

/** A function of each number of what a step gives. */
export interface Image {
  readonly is: "image";
  readonly base: StepIndex;
  readonly curve: Curve;
  /** Whether channels come before rows and columns, or after them. */
  readonly layout: "first" | "last";
  /** Zeros that are to be added around it, by whatever takes it. */
  readonly pads?: Pads;
  /** How else it is computed, where the curve is none of ours. */
  readonly otherwise?: () => StepIndex;
  /** Operators since the base. */
  readonly length: number;
  readonly from: string;
}

/** Means of an image's channels, and what fully connected layers make of them. */
export interface Means {
  readonly is: "means";
  /** Under whatever shape the graph has given them, without the number of pictures: all ones but one. */
  readonly shape: readonly number[];
  readonly chain: Chain;
  readonly curve: Curve;
  /** The extents that they have been stretched to, where these are others: every pixel has them then, and there are several. */
  readonly stretched?: readonly number[];
}

export interface Chain {
  readonly source: StepIndex;
  readonly outputs: number;
  /** What it is made of, by one of the two; absent of the means themselves. */
  readonly before?: Means;
  readonly dense?: {
    /** `[in, out]` */
    readonly kernel: () => Float32Array;
    readonly bias: () => Float32Array;
  };
  /** The kernel of a convolution along the means. */
  readonly neighbours?: () => Float32Array;
}

/** An image whose channels have been parted into groups, and perhaps interleaved. */
export interface Parted {
  readonly is: "parted";
  readonly base: StepIndex;
  readonly groups: number;
  readonly isTurned: boolean;
}

/** An image whose pixels have been parted into blocks of so many rows and columns. */
export interface Blocks {
  readonly is: "blocks";
  readonly base: StepIndex;
  readonly size: number;
  /** Which axes lie where those of the channels are, in their order: 1 the channels, 3 rows and 5 columns within a block. */
  readonly order?: readonly number[];
}

/** An image of which more rows than columns have been taken so far, or fewer. */
export interface Cut {
  readonly is: "cut";
  readonly base: StepIndex;
  readonly layout: Image["layout"];
  readonly rows: Places;
  readonly columns: Places;
}

/** Places along rows or columns. */
export interface Places {
  readonly first: number;
  readonly count: number;
  readonly step: number;
}

/** An image whose channels have been put into groups, of which each is normalized over all of its pixels before they part again. */
export interface Grouped {
  readonly is: "grouped";
  readonly base: StepIndex;
  readonly groups: number;
  /** Once it is normalized: of each group. */
  readonly norm?: { readonly gamma: Float32Array; readonly beta: Float32Array; readonly epsilon: number };
}

/** Of the parts of ConvNeXt V2's norm: roots of sums of squares, their mean over the channels, and what that makes of each. */
export interface Response {
  readonly is: "response";
  readonly part: "roots" | "mean" | "raised" | "shares";
  readonly source: StepIndex;
  readonly layout: Image["layout"];
  readonly epsilon: number;
}

/** One channel of an image, without the axis of channels: the numbers of `image`, until an operator gives it that axis. */
export interface Channel {
  readonly is: "channel";
  readonly image: Image;
}

/** What no longer is an image: it belongs to the classifier, or whatever the network was made for. */
export interface Head {
  readonly is: "head";
  readonly sources: ReadonlySet<StepIndex>;
}

/**
 * Of the parts of a layer normalization over channels: the mean of each pixel's channels, what is left without it, and
 * the mean of that squared, or functions of these.
 */
export interface Moment {
  readonly is: "moment";
  readonly part: "mean" | "centred" | "variance";
  readonly source: StepIndex;
  readonly layout: Image["layout"];
  /** Of the part. */
  readonly curve: Curve;
}

export type Value =
  | Constant
  | Numbers
  | Image
  | Channel
  | Means
  | Moment
  | Parted
  | Blocks
  | Cut
  | Grouped
  | Response
  | Head;

/** A graph that is being followed, and the node at which it is. */
export interface Following {
  readonly steps: readonly Step[];
  readonly node: OnnxNode;
  readonly label: string;
  /** @throws ThawError for an image that is too large, or one step too many */
  add(step: Step): StepIndex;
  /** The error for what the node does. */
  refuse(why: string, hint?: string): ThawError;
  /** How many pictures the graph is given at a time; NaN where that is open. */
  readonly pictures: number;
  /** Of the numbers of weights, which may be read again and again. */
  readonly spend: Spend;
  /** Says that the node belongs to what is made of the features of that step. */
  cut(source: StepIndex): void;
}

export const labelOf = ({ operator, name, outputs }: OnnxNode): string =>
  `${shown(operator)} (${shown(name === "" ? (outputs[0] ?? "") : name)})`;

/** Extents as a sentence has them. */
export function extents(shape: readonly number[]): string {
  const more = shape.length > MOST_EXTENTS ? " × …" : "";
  return `${shape.slice(0, MOST_EXTENTS).join(" × ")}${more}`;
}
const MOST_EXTENTS = 6;

export const imageOf = (base: StepIndex, from: string, layout: Image["layout"] = "first"): Image => ({
  is: "image",
  base,
  curve: SAME,
  layout,
  length: 0,
  from,
});

/** A row of whole numbers. */
export const row = (values: readonly number[]): Numbers => ({
  is: "numbers",
  shape: [values.length],
  values,
  isWhole: true,
});

/** As weights. */
export function constantOf({ shape, values, isWhole }: Numbers): Constant {
  const data = Float32Array.from(values);
  return {
    is: "constant",
    shape,
    tensor: {
      shape,
      type: isWhole ? undefined : "float32",
      read: () => ({ shape, data }),
      integers: () => values,
    },
  };
}

/** The numbers of a constant, each counted. */
export function numbersOf({ tensor, shape }: Constant, { spend, refuse }: Following): Float32Array {
  if (!shape.every((extent) => extent >= 0)) throw refuse("it takes weights of no shape");
  spend(4 * sizeOf(shape));
  return tensor.read().data;
}

/** Longer ones are none of ours, and would cost time. */
const MOST_OPERATORS = 40;

/** The step that gives the image: an activation or a line after its base, where a curve lies between. */
export function settled(image: Image, following: Following): StepIndex {
  if (image.pads !== undefined)
    throw following.refuse(`zeros are added around its input by ${image.from}`, REWRITE);
  return settledCurve(image, following);
}

/** The same before the zeros that are to be added around it, by whoever adds them. */
export function settledInside(image: Image, following: Following): StepIndex {
  const { pads, ...inside } = image;
  return settledCurve(pads === undefined ? image : inside, following);
}

const REWRITE = "thaw takes Pad before convolutions and poolings only";

const found = new WeakMap<Image, StepIndex>();

function settledCurve(image: Image, following: Following): StepIndex {
  const known = found.get(image);
  if (known !== undefined) return known;
  const step = stepOf(image, following);
  found.set(image, step);
  return step;
}

/** The step that gives the image, if there is one by now. */
export const stepSoFar = (image: Image): StepIndex | undefined =>
  found.get(image) ?? (image.curve === SAME ? image.base : undefined);

function stepOf(image: Image, following: Following): StepIndex {
  const { base, curve, from, otherwise } = image;
  const made = afterCurve(base, curve, from, following) ?? otherwise?.();
  if (made !== undefined) return made;
  throw following.refuse(
    from === following.label
      ? "it computes a function that is none of thaw's activations"
      : `up to ${from} its input is a function that is none of thaw's activations`,
    KNOWN_ACTIVATIONS,
  );
}

export const KNOWN_ACTIVATIONS =
  "thaw has relu, relu6, leaky relu, silu, hard swish, gelu, sigmoid and hard sigmoid, and what is made of lines and one of them: tanh, bounds, squares of relu";

/** A function of each number of what a step gives. @returns undefined for one that thaw does not have */
export function afterCurve(
  base: StepIndex,
  curve: Curve,
  from: string,
  following: Following,
): StepIndex | undefined {
  if (curve === SAME) return base;
  const activation = activationOf(curve);
  if (activation === "none") return base;
  if (activation !== undefined) return activated(base, activation, from, following);
  const line = lineOf(curve);
  if (line !== undefined) return onLine(base, line, from, following);
  const composed = composedOf(curve);
  return composed === undefined ? undefined : composedStep(base, composed, from, following);
}

function activated(input: StepIndex, activation: Activation, from: string, following: Following): StepIndex {
  const { channels, side } = following.steps[input] as Step;
  return following.add({ kind: "activation", input, activation, from, channels, side });
}

function onLine(base: StepIndex, { scale, shift }: Line, from: string, following: Following): StepIndex {
  if (scale === 1 && shift === 0) return base;
  const { channels, side } = following.steps[base] as Step;
  following.spend(8 * channels);
  const filled = (value: number): Float32Array => new Float32Array(channels).fill(value);
  const made = { from, channels, side, input: base };
  return following.add({ ...made, kind: "affine", scale: filled(scale), shift: filled(shift) });
}

function composedStep(base: StepIndex, composed: Composed, from: string, following: Following): StepIndex {
  const { channels, side } = following.steps[base] as Step;
  const made = { from, channels, side };
  switch (composed.kind) {
    case "chain": {
      const { before, activation, after } = composed;
      return onLine(
        activated(onLine(base, before, from, following), activation, from, following),
        after,
        from,
        following,
      );
    }
    case "bent": {
      const { line, bend, factor } = composed;
      const rectified = activated(onLine(base, bend, from, following), "relu", from, following);
      const one = onLine(base, line, from, following);
      const other = onLine(rectified, { scale: factor, shift: 0 }, from, following);
      return following.add({ ...made, kind: "add", inputs: [one, other] });
    }
    case "squared": {
      const inputs = [base, activated(base, "relu", from, following)];
      const product = following.add({ ...made, kind: "multiply", inputs });
      return onLine(product, composed.after, from, following);
    }
  }
}

/** Settles what has grown too long. */
export function bounded(image: Image, following: Following): Image {
  if (image.length <= MOST_OPERATORS) return image;
  return imageOf(settledCurve(image, following), image.from, image.layout);
}

/** Whole numbers among the inputs, or an attribute. */
export function listOf(
  inputs: readonly (Value | undefined)[],
  at: number,
  name: string,
  { node }: Following,
): readonly number[] | undefined {
  const value = inputs[at];
  if (value?.is === "numbers") return value.values;
  if (value?.is === "constant") return value.tensor.integers();
  return node.integers.get(name);
}
