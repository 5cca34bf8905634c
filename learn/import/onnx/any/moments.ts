/** Batch norms, and layer normalization over channels, also where a graph writes it in parts: means, differences, squares, a root, a quotient. */
import { type Curve, curveOf, epsilonOf, isSquare, SAME } from "./curves/curve.js";
import { type Given, optional, weightOf } from "./images.js";
import type { Step } from "./steps.js";
import {
  type Constant,
  type Following,
  type Image,
  imageOf,
  type Moment,
  numbersOf,
  settled,
  type Value,
} from "./values.js";

/** For whatever else is made of the parts. */
export const PARTS =
  "thaw follows a layer normalization over channels as (x − mean) / √(variance + ε); export with opset_version=17 or later, where that is one operator";

/** The mean of each pixel's channels, or of the squares of what is left without it. */
export function meanOfChannels(value: Image | Moment, following: Following): Moment {
  if ((following.node.integers.get("keepdims")?.[0] ?? 1) !== 1)
    throw following.refuse("it leaves out the axis of the channels", PARTS);
  if (value.is === "image") {
    const source = settled(value, following);
    return { is: "moment", part: "mean", source, layout: value.layout, curve: SAME };
  }
  if (value.part !== "centred" || !isSquare(value.curve)) throw misfit(following);
  return { ...value, part: "variance", curve: SAME };
}

const misfit = ({ refuse }: Following): Error =>
  refuse("it makes something else than a layer normalization of the means of each pixel's channels", PARTS);

/** Two values of which one at least is a part. */
export function afterParts(
  a: Value,
  b: Value,
  of: (a: number, b: number) => number,
  following: Following,
): Value {
  const { operator } = following.node;
  if (a.is === "image" && b.is === "moment") {
    const isCentring = operator === "Sub" && b.part === "mean" && b.curve === SAME && a.layout === b.layout;
    if (!isCentring || settled(a, following) !== b.source) throw misfit(following);
    return { ...b, part: "centred" };
  }
  if (a.is !== "moment" || b.is !== "moment" || a.source !== b.source) throw misfit(following);
  if (a.part === b.part) return { ...a, curve: curveOf([a.curve, b.curve], of) };
  const [centred, variance] = a.part === "centred" ? [a, b] : [b, a];
  if (centred.part !== "centred" || centred.curve !== SAME || variance.part !== "variance")
    throw misfit(following);
  if (operator === "Mul") return normalized(centred, variance.curve, following);
  if (operator !== "Div" || centred !== a) throw misfit(following);
  return normalized(
    centred,
    curveOf([variance.curve], (value) => 1 / value),
    following,
  );
}

/** @param factor of the variance */
function normalized({ source, layout }: Moment, factor: Curve, following: Following): Image {
  const epsilon = epsilonOf(factor);
  if (epsilon === undefined) throw misfit(following);
  const { channels, side } = following.steps[source] as Step;
  const [gamma, beta] = [new Float32Array(channels).fill(1), new Float32Array(channels)];
  following.spend(8 * channels);
  const from = following.label;
  const step = { kind: "layer-norm", input: source, gamma, beta, epsilon, from, channels, side } as const;
  return imageOf(following.add(step), from, layout);
}

/** `BatchNormalization` with statistics of its own. */
export function batchNormalized(value: Value, inputs: Given, following: Following): Value | undefined {
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
  const read = (at: number, what: string): Float32Array =>
    perChannel(weightOf(inputs, at, what, following), what, channels, following);
  const [gamma, beta] = [read(1, "scale"), read(2, "bias")];
  const [mean, variance] = [read(3, "mean"), read(4, "variance")];
  const epsilon = epsilonSaid(following);
  const made = { from: following.label, channels, side };
  return imageOf(
    following.add({ kind: "norm", input, gamma, beta, mean, variance, epsilon, ...made }),
    following.label,
  );
}

function perChannel(given: Constant, what: string, channels: number, following: Following): Float32Array {
  const data = numbersOf(given, following);
  if (data.length === channels) return data;
  throw following.refuse(`its ${what} has ${data.length} numbers for ${channels} channels`);
}

function epsilonSaid({ node, refuse }: Following): number {
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
    return given === undefined
      ? new Float32Array(channels).fill(otherwise)
      : perChannel(given, what, channels, following);
  };
  const [gamma, beta] = [read(1, "scale", 1), read(2, "bias", 0)];
  const made = { from: following.label, channels, side };
  const step = following.add({
    kind: "layer-norm",
    input,
    gamma,
    beta,
    epsilon: epsilonSaid(following),
    ...made,
  });
  return imageOf(step, following.label, "last");
}
