/** Means of an image and what is made of them: squeeze-and-excitation, where they come back to it. */
import { activationOf, SAME } from "./curve.js";
import type { Dense, Step, StepIndex } from "./steps.js";
import {
  type Chain,
  type Constant,
  type Following,
  type Image,
  imageOf,
  type Means,
  numbersOf,
  settled,
  type Value,
} from "./values.js";

export const meansOf = (source: StepIndex, { channels }: Step): Means => ({
  is: "means",
  curve: SAME,
  chain: { source, outputs: channels },
});

interface Layer {
  readonly kernel: Constant;
  /** Whether the kernel is `[out, in, …]`, and not `[in, out]`. */
  readonly isTurned: boolean;
  readonly bias?: Constant;
}

/** A fully connected layer, or a convolution of one pixel. @returns undefined where it does not fit */
export function afterDense(
  before: Means,
  { kernel, isTurned, bias }: Layer,
  following: Following,
): Means | undefined {
  const { shape } = kernel;
  const [first = 0, second = 0, ...rest] = shape;
  const [inputs, outputs] = isTurned ? [second, first] : [first, second];
  if (shape.length < 2 || !rest.every((extent) => extent === 1) || inputs !== before.chain.outputs)
    return undefined;
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
  return {
    is: "means",
    curve: SAME,
    chain: { source, outputs, dense: { before, kernel: read, bias: added } },
  };
}

function denseOf({ dense, outputs }: Chain): Dense | undefined {
  if (dense === undefined) return undefined;
  const { before, kernel, bias } = dense;
  return { inputs: before.chain.outputs, outputs, kernel: kernel(), bias: bias() };
}

/** An image whose channels are multiplied by what was made of their means. */
export function gated(image: Image, gate: Means, following: Following): Value {
  const input = settled(image, following);
  const { channels, side } = following.steps[input] as Step;
  const { chain, curve } = gate;
  const inner = chain.dense?.before;
  const [expand, reduce] = [denseOf(chain), inner === undefined ? undefined : denseOf(inner.chain)];
  const [kind, activation] = [
    activationOf(curve),
    inner === undefined ? undefined : activationOf(inner.curve),
  ];
  const isOfMeans =
    inner?.chain.dense?.before.curve === SAME && inner.chain.dense.before.chain.dense === undefined;
  const isGate = kind === "sigmoid" || kind === "hard-sigmoid";
  if (
    chain.source !== input ||
    !isOfMeans ||
    !isGate ||
    expand === undefined ||
    reduce === undefined ||
    activation === undefined ||
    expand.outputs !== channels
  ) {
    throw following.refuse(
      "it multiplies an image by something that is not squeeze-and-excitation of that image",
      "thaw knows gates of its means, two fully connected layers and a sigmoid or hard sigmoid",
    );
  }
  const from = following.label;
  const step = {
    kind: "squeeze",
    input,
    reduce,
    expand,
    activation,
    gate: kind,
    from,
    channels,
    side,
  } as const;
  return imageOf(following.add(step), from, image.layout);
}
