/** Operators that work on each number by itself, and sums and products of images. */
import type { OnnxNode } from "../node.js";
import { curveOf, erf, gelu, geluByTanh, relu6, SAME, sigmoid } from "./curves/curve.js";
import { gated } from "./gates/gates.js";
import { afterResponses, raised, wholeResponse } from "./imageNorms.js";
import { afterParts, PARTS } from "./moments.js";
import type { Step, StepIndex } from "./steps.js";
import {
  bounded,
  type Constant,
  constantOf,
  extents,
  type Following,
  type Image,
  imageOf,
  type Means,
  type Moment,
  numbersOf,
  settled,
  type Value,
} from "./values.js";

type Unary = (x: number) => number;

const number = ({ floats }: OnnxNode, name: string, otherwise: number): number =>
  floats.get(name) ?? otherwise;

/** By operator. @returns undefined where it is no function of one number */
export function unaryOf(following: Following, inputs: readonly (Value | undefined)[]): Unary | undefined {
  const { node } = following;
  switch (node.operator) {
    case "Relu":
      return (x) => Math.max(x, 0);
    case "LeakyRelu": {
      const alpha = number(node, "alpha", 0.01);
      return (x) => (x < 0 ? alpha * x : x);
    }
    case "PRelu": {
      const slopes = inputs[1]?.is === "constant" ? numbersOf(inputs[1], following) : [];
      const [slope] = slopes;
      if (slope === undefined) throw following.refuse("its slope is no weight in the file");
      if (slopes.some((other) => other !== slope))
        throw following.refuse("it has a slope for each channel, and its input is no image of such");
      return (x) => (x < 0 ? slope * x : x);
    }
    case "Sigmoid":
      return sigmoid;
    case "HardSigmoid": {
      const [alpha, beta] = [number(node, "alpha", 0.2), number(node, "beta", 0.5)];
      return (x) => Math.min(Math.max(alpha * x + beta, 0), 1);
    }
    case "HardSwish":
      return (x) => (x * relu6(x + 3)) / 6;
    case "Swish": {
      const alpha = number(node, "alpha", 1);
      return (x) => x * sigmoid(alpha * x);
    }
    case "Gelu":
      return node.texts.get("approximate") === "tanh" ? geluByTanh : gelu;
    case "Mish":
      return (x) => x * Math.tanh(Math.log1p(Math.exp(x)));
    case "Elu": {
      const alpha = number(node, "alpha", 1);
      return (x) => (x < 0 ? alpha * Math.expm1(x) : x);
    }
    case "Softplus":
      return (x) => Math.log1p(Math.exp(x));
    case "Tanh":
      return Math.tanh;
    case "Erf":
      return erf;
    case "Exp":
      return Math.exp;
    case "Neg":
      return (x) => -x;
    case "Sqrt":
      return Math.sqrt;
    case "Abs":
      return Math.abs;
    case "Reciprocal":
      return (x) => 1 / x;
    case "Clip": {
      const least = boundOf(following, "min", inputs[1], -Infinity);
      const most = boundOf(following, "max", inputs[2], Infinity);
      return (x) => Math.min(Math.max(x, least), most);
    }
    default:
      return undefined;
  }
}

/** Bounds are attributes until version 11 of the operators, and weights since. */
function boundOf(following: Following, name: string, given: Value | undefined, otherwise: number): number {
  if (given === undefined) return following.node.floats.get(name) ?? otherwise;
  const constant = given.is === "numbers" ? constantOf(given) : given;
  const [value, other] = constant.is === "constant" ? numbersOf(constant, following) : [];
  if (value === undefined || other !== undefined)
    throw following.refuse(`its ${name} is no number in the file`);
  return value;
}

export function afterUnary(value: Image | Means | Moment, of: Unary, following: Following): Value {
  const curve = curveOf([value.curve], of);
  if (value.is !== "image") return { ...value, curve };
  if (value.pads !== undefined) settled(value, following);
  const alone = curveOf([SAME], of);
  const { label } = following;
  const { otherwise: _before, ...image } = value;
  return bounded(
    {
      ...image,
      curve,
      length: value.length + 1,
      from: label,
      // What came before as a step of its own, and this after it.
      ...(value.curve === SAME
        ? {}
        : {
            otherwise: () =>
              settled({ ...imageOf(settled(value, following), label), curve: alone, from: label }, following),
          }),
    },
    following,
  );
}

/** `PRelu` with a slope for each channel: the channels times those, and what is left of each where it is above nought. */
export function slopedByChannel(
  value: Value,
  slopes: Value | undefined,
  following: Following,
): Image | undefined {
  if (value.is !== "image" || slopes?.is !== "constant") return undefined;
  const numbers = numbersOf(slopes, following);
  if (numbers.every((slope) => slope === numbers[0]) || !isOfChannels(slopes, value, following))
    return undefined;
  const input = settled(value, following);
  const { channels, side } = following.steps[input] as Step;
  const made = { from: following.label, channels, side };
  following.spend(16 * channels);
  const scaled = (of: StepIndex, scale: Float32Array): StepIndex =>
    following.add({ ...made, kind: "affine", input: of, scale, shift: new Float32Array(channels) });
  const rectified = following.add({ ...made, kind: "activation", input, activation: "relu" });
  const left = numbers.map((slope) => 1 - slope);
  const inputs = [scaled(input, numbers), scaled(rectified, left)];
  return imageOf(following.add({ ...made, kind: "add", inputs }), following.label, value.layout);
}

/** Whether there is one number for each channel of an image. */
function isOfChannels({ shape }: Constant, image: Image, { steps }: Following): boolean {
  const { channels } = steps[image.base] as Step;
  const axis = image.layout === "first" ? 1 : 3;
  return [0, 1, 2, 3].every((place) => {
    const extent = shape[place - 4 + shape.length] ?? 1;
    return place === axis ? extent === channels : extent === 1;
  });
}

export const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Pow: (a, b) => a ** b,
  Min: Math.min,
  Max: Math.max,
};

export const isBinary = (operator: string): boolean => Object.hasOwn(BINARY, operator);

/** @returns undefined for what belongs to the head */
export function afterBinary(one: Value, other: Value, following: Following): Value | undefined {
  const of = BINARY[following.node.operator];
  if (of === undefined) return undefined;
  const [a, b] = [one, other].map((value) => (value.is === "numbers" ? constantOf(value) : value)) as [
    Value,
    Value,
  ];
  if (a.is === "constant" && b.is === "constant")
    throw following.refuse("it computes weights of weights", FOLD);
  if (b.is === "constant") return withConstant(a, b, of, following);
  if (a.is === "constant") return withConstant(b, a, (x, y) => of(y, x), following);
  if (a.is === "response" || b.is === "response") return afterResponses(a, b, following);
  if (a.is === "moment" || b.is === "moment") return afterParts(a, b, of, following);
  if (a.is === "means" && b.is === "means" && isOfOneShape(a, b))
    return { ...a, curve: curveOf([a.curve, b.curve], of) };
  const kind = JOINS[following.node.operator];
  if (kind !== undefined && a.is === "image" && b.is === "means") return gated(a, b, kind, following);
  if (kind !== undefined && a.is === "means" && b.is === "image") return gated(b, a, kind, following);
  if (a.is !== "image" || b.is !== "image") return undefined;
  if (a.layout !== b.layout) throw following.refuse("its inputs have their channels at different places");
  const { label, node } = following;
  const sum = (): number => joinedOf(a, b, following);
  const isOfOne = a.base === b.base && a.pads === undefined && b.pads === undefined;
  if (!isOfOne) return imageOf(sum(), label, a.layout);
  const curve = curveOf([a.curve, b.curve], of);
  const length = a.length + b.length + 1;
  return bounded(
    {
      is: "image",
      base: a.base,
      curve,
      layout: a.layout,
      length,
      from: label,
      ...(node.operator === "Add" || isProductOfTwo(a, b, following) ? { otherwise: sum } : {}),
    },
    following,
  );
}

/** Functions of the same means, that lie alike. */
const isOfOneShape = (a: Means, b: Means): boolean =>
  a.chain === b.chain &&
  a.shape.join() === b.shape.join() &&
  (a.stretched ?? a.shape).join() === (b.stretched ?? b.shape).join();

/** What becomes of two images. */
const JOINS: Readonly<Record<string, "add" | "multiply">> = { Add: "add", Mul: "multiply" };

/** A sum, difference or product of images. */
function joinedOf(a: Image, b: Image, following: Following): StepIndex {
  const { node, label, refuse } = following;
  const kind = node.operator === "Sub" ? "add" : JOINS[node.operator];
  if (kind === undefined)
    throw refuse(
      "it takes two images",
      "thaw adds, subtracts and multiplies images, and puts them one after the other",
    );
  const [one, other] = [settled(a, following), settled(b, following)];
  const [{ channels, side }, second] = [following.steps[one], following.steps[other]] as [Step, Step];
  // A single pixel goes to every pixel of the other.
  const isSpread = side !== second.side && Math.min(side, second.side) === 1 && node.operator !== "Sub";
  if (second.channels !== channels || (second.side !== side && !isSpread))
    throw refuse(
      `it puts images of different sizes together: ${channels} channels of ${side} pixels, and ${second.channels} of ${second.side}`,
    );
  const made = { from: label, channels, side: Math.max(side, second.side) };
  if (isSpread)
    return following.add({ kind, inputs: [one, other], spread: side === 1 ? one : other, ...made });
  if (node.operator === "Sub") {
    following.spend(8 * channels);
    const [scale, shift] = [new Float32Array(channels).fill(-1), new Float32Array(channels)];
    const negated = following.add({ kind: "affine", input: other, scale, shift, ...made });
    return following.add({ kind, inputs: [one, negated], ...made });
  }
  const whole = kind === "add" ? wholeResponse(one, other, following) : undefined;
  return whole ?? following.add({ kind, inputs: [one, other], ...made });
}

/** Whether they differ: a square is no product of two images, and programs that thaw exports to do not have it. */
const isProductOfTwo = (a: Image, b: Image, { node }: Following): boolean =>
  node.operator === "Mul" && a.curve !== b.curve;

/** Of weights that a graph computes of others. */
export const FOLD = "export it with constants folded, for example by onnxsim";

function withConstant(
  value: Value,
  constant: Constant,
  of: (x: number, c: number) => number,
  following: Following,
): Value | undefined {
  const { refuse, node } = following;
  if (value.is !== "image" && value.is !== "means" && value.is !== "moment" && value.is !== "response")
    return undefined;
  const numbers = numbersOf(constant, following);
  const [only = Number.NaN] = numbers;
  if (value.is === "response") return raised(value, numbers.length === 1 ? only : Number.NaN, following);
  if (numbers.length === 1) {
    // A weight is a float32: what it stood for is nearer than it seems.
    return afterUnary(value, (x) => of(x, only), following);
  }
  if (value.is === "means") return biased(value, constant, numbers, node.operator);
  if (value.is === "moment") throw refuse("it takes weights for each channel within a norm", PARTS);
  const { channels, side } = following.steps[value.base] as Step;
  if (!isOfChannels(constant, value, following)) {
    throw refuse(
      `it takes weights of the shape ${extents(constant.shape)} for an image of ${channels} channels and ${side} pixels`,
      "thaw takes one number, or one for each channel",
    );
  }
  const [nought, one, two] = [0, 1, 2].map((x) => numbers.map((c) => of(x, c)));
  const shift = nought as Float32Array;
  const scale = (one as Float32Array).map((y, c) => y - (shift[c] ?? Number.NaN));
  // Add, Sub, Mul and Div by it are lines; to divide by the image is none.
  const isLine = (two as Float32Array).every(
    (y, c) => Math.abs(y - 2 * (scale[c] ?? 0) - (shift[c] ?? 0)) <= 1e-5 * (1 + Math.abs(y)),
  );
  if (!isLine || ["Pow", "Min", "Max"].includes(node.operator))
    throw refuse("it takes weights for each channel in a way that thaw does not follow");
  const from = following.label;
  const input = settled(value, following);
  return imageOf(
    following.add({ kind: "affine", input, scale, shift, from, channels, side }),
    from,
    value.layout,
  );
}

/** A fully connected layer whose bias is added after it. */
function biased(
  value: Means,
  { shape }: Constant,
  numbers: Float32Array,
  operator: string,
): Value | undefined {
  // Axes are counted from the last.
  const along = [...shape].reverse().findIndex((extent) => extent !== 1);
  if (along !== [...value.shape].reverse().findIndex((extent) => extent !== 1)) return undefined;

  const { chain, curve } = value;
  const { dense, outputs } = chain;
  if (operator !== "Add" || dense === undefined || curve !== SAME || numbers.length !== outputs)
    return undefined;
  const bias = (): Float32Array => dense.bias().map((own, i) => own + (numbers[i] ?? Number.NaN));
  return { ...value, chain: { ...chain, dense: { ...dense, bias } } };
}
