/** Means of an image and what is made of them, as far as it may come back to an image. */
import { SAME } from "../curves/curve.js";
import type { Dense, Step, StepIndex } from "../steps.js";
import {
  afterCurve,
  type Chain,
  type Constant,
  type Following,
  type Image,
  imageOf,
  KNOWN_ACTIVATIONS,
  type Means,
  numbersOf,
} from "../values.js";

/** @param shape as the graph has them */
export const meansOf = (
  source: StepIndex,
  { channels }: Step,
  shape: readonly number[] = [channels, 1, 1],
): Means => ({ is: "means", shape, curve: SAME, chain: { source, outputs: channels } });

interface Layer {
  readonly kernel: Constant;
  /** Whether the kernel is `[out, in, …]`, and not `[in, out]`. */
  readonly isTurned: boolean;
  /** Along which axis of the means it is: the first of a convolution's, the last of a product of matrices. */
  readonly axis: "first" | "last";
  readonly bias?: Constant;
}

/** A fully connected layer, or a convolution of one pixel. @returns undefined where it does not fit */
export function afterDense(
  before: Means,
  { kernel, isTurned, bias, axis }: Layer,
  following: Following,
): Means | undefined {
  const { shape } = kernel;
  const [first = 0, second = 0, ...rest] = shape;
  const [inputs, outputs] = isTurned ? [second, first] : [first, second];
  if (shape.length < 2 || !rest.every((extent) => extent === 1) || inputs !== before.chain.outputs)
    return undefined;
  const own = axis === "first" ? before.shape : before.shape.toReversed();
  if (own[0] !== inputs || !own.slice(1).every((extent) => extent === 1)) return undefined;
  if (bias !== undefined && bias.shape.reduce((a, b) => a * b, 1) !== outputs) return undefined;
  const read = (): Float32Array => {
    const data = numbersOf(kernel, following);
    if (!isTurned) return data;
    const turned = new Float32Array(data.length);
    for (let i = 0; i < inputs; i++)
      for (let o = 0; o < outputs; o++) turned[i * outputs + o] = data[o * inputs + i] ?? Number.NaN;
    return turned;
  };
  const added = (): Float32Array =>
    bias === undefined ? new Float32Array(outputs) : numbersOf(bias, following);
  const { source } = before.chain;
  const at = axis === "first" ? 0 : before.shape.length - 1;
  return {
    is: "means",
    shape: before.shape.map((_, i) => (i === at ? outputs : 1)),
    ...(before.stretched === undefined ? {} : { stretched: before.stretched.with(at, outputs) }),
    curve: SAME,
    chain: { source, outputs, before, dense: { kernel: read, bias: added } },
  };
}

/**
 * A convolution along the means themselves, which have been put into one row: each of them with its neighbours, as in
 * efficient channel attention.
 * @returns undefined where it is none
 */
export function afterNeighbours(
  before: Means,
  { kernel, bias }: Pick<Layer, "kernel" | "bias">,
  following: Following,
): Means | undefined {
  const { integers, texts } = following.node;
  const [outputs, inputs, size = 0, more] = kernel.shape;
  const [padding] = integers.get("pads") ?? [0];
  if (outputs !== 1 || inputs !== 1 || more !== undefined || size === 1) return undefined;
  if (before.stretched !== undefined || before.shape.join(" ") !== `1 ${before.chain.outputs}`)
    return undefined;
  const isSame =
    2 * (padding ?? 0) === size - 1 &&
    (integers.get("pads") ?? []).every((pad) => pad === padding) &&
    [...(integers.get("strides") ?? []), ...(integers.get("dilations") ?? [])].every((one) => one === 1) &&
    (texts.get("auto_pad") ?? "NOTSET") === "NOTSET";
  if (!isSame || bias !== undefined || size > before.chain.outputs) return undefined;
  const { source, outputs: channels } = before.chain;
  return {
    is: "means",
    shape: before.shape,
    curve: SAME,
    chain: { source, outputs: channels, before, neighbours: () => numbersOf(kernel, following) },
  };
}

export function denseOf({ dense, before, outputs }: Chain): Dense | undefined {
  if (dense === undefined || before === undefined) return undefined;
  const { kernel, bias } = dense;
  return { inputs: before.chain.outputs, outputs, kernel: kernel(), bias: bias() };
}

const found = new WeakMap<Chain, StepIndex>();

/** The means, and what was made of them, as an image of one pixel. @throws ThawError for a function that is no activation */
export function settledMeans({ chain, curve }: Means, following: Following): StepIndex {
  const input = found.get(chain) ?? linkOf(chain, following);
  found.set(chain, input);
  const made = afterCurve(input, curve, following.label, following);
  if (made !== undefined) return made;
  throw following.refuse(
    "what is made of its means is a function that is none of thaw's activations",
    KNOWN_ACTIVATIONS,
  );
}

/**
 * The same where it goes on as an image, as of windows that are as large as what they lie on.
 * @throws ThawError where it has been stretched: windows would see other numbers than of one pixel with nought around it
 */
export function pixelOf(value: Means, following: Following): Image {
  if (value.stretched !== undefined)
    throw following.refuse(
      "it takes means stretched over several pixels for an image",
      "thaw follows kernels of one pixel there, and what is put together with an image",
    );
  return imageOf(settledMeans(value, following), following.label);
}

function linkOf(chain: Chain, following: Following): StepIndex {
  const { source, outputs, before, neighbours } = chain;
  const made = { from: following.label, channels: outputs, side: 1 };
  if (before === undefined) return following.add({ ...made, kind: "means", input: source });
  const input = settledMeans(before, following);
  if (neighbours !== undefined)
    return following.add({ ...made, kind: "channel-conv", input, kernel: neighbours() });
  const { inputs, kernel, bias } = denseOf(chain) as Dense;
  following.spend(kernel.byteLength);
  const data = new Float32Array(kernel.length);
  for (let i = 0; i < inputs; i++)
    for (let o = 0; o < outputs; o++) data[o * inputs + i] = kernel[i * outputs + o] ?? Number.NaN;
  const conv = { kernel: { shape: [outputs, inputs, 1, 1], data }, groups: 1, stride: 1, padding: 0 };
  return following.add({ ...made, ...conv, kind: "conv", input, bias, isFixed: false });
}
