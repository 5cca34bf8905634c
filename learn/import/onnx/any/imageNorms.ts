/** Norms over whole images: of groups of channels, of each channel, and ConvNeXt V2's, which graphs write in parts. */

import { weightOf } from "./images.js";
import type { Step, StepIndex } from "./steps.js";
import {
  type Following,
  type Grouped,
  type Image,
  imageOf,
  numbersOf,
  type Response,
  settled,
  type Value,
} from "./values.js";

type Given = readonly (Value | undefined)[];

function affineOf(inputs: Given, lengths: readonly number[], following: Following) {
  const [gamma, beta] = ["scale", "bias"].map((what, i) => {
    const data = numbersOf(weightOf(inputs, i + 1, what, following), following);
    if (lengths.includes(data.length)) return data;
    throw following.refuse(`its ${what} has ${data.length} numbers instead of ${lengths.join(" or ")}`);
  }) as [Float32Array, Float32Array];
  const epsilon = following.node.floats.get("epsilon") ?? 1e-5;
  if (!(epsilon > 0 && epsilon < 1)) throw following.refuse(`its epsilon is ${epsilon}`);
  return { gamma, beta, epsilon };
}

interface Affine {
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly epsilon: number;
}

function normStep(
  input: StepIndex,
  groups: number,
  { gamma, beta, epsilon }: Affine,
  following: Following,
): Image {
  const { channels, side } = following.steps[input] as Step;
  following.spend(8 * channels);
  // Of each channel, where they are of each group.
  const each = (values: Float32Array): Float32Array =>
    Float32Array.from({ length: channels }, (_, c) =>
      values.length === channels ? (values[c] ?? 0) : (values[Math.floor((c * groups) / channels)] ?? 0),
    );
  const made = { from: following.label, channels, side, input, groups, epsilon };
  const step = { kind: "group-norm", ...made, gamma: each(gamma), beta: each(beta) } as const;
  return imageOf(following.add(step), following.label);
}

/** `InstanceNormalization` of an image, or of its channels in groups, as exporters write a norm of groups. */
export function instanceNormalized(value: Value, inputs: Given, following: Following): Value | undefined {
  if (value.is === "grouped" && value.norm === undefined)
    return { ...value, norm: affineOf(inputs, [value.groups], following) };
  if (value.is !== "image") return undefined;
  if (value.layout !== "first") throw following.refuse("the channels of its input come last");
  const input = settled(value, following);
  const { channels } = following.steps[input] as Step;
  return normStep(input, channels, affineOf(inputs, [channels], following), following);
}

/** `GroupNormalization`, whose factors are one a group until version 21 of the operators, and one a channel since. */
export function groupNormalized(value: Value, inputs: Given, following: Following): Value | undefined {
  if (value.is !== "image") return undefined;
  if (value.layout !== "first") throw following.refuse("the channels of its input come last");
  const input = settled(value, following);
  const { channels } = following.steps[input] as Step;
  const groups = following.node.integers.get("num_groups")?.[0] ?? 0;
  if (!(groups >= 1) || channels % groups !== 0)
    throw following.refuse(`it makes ${groups} groups of ${channels} channels`);
  return normStep(input, groups, affineOf(inputs, [groups, channels], following), following);
}

/** The image again, once its groups have been normalized; `full` is the shape that it is given, without the number of pictures. */
export function ungrouped(
  { base, groups, norm }: Grouped,
  full: readonly number[] | undefined,
  following: Following,
): Image {
  const { channels, side } = following.steps[base] as Step;
  if (norm === undefined || full?.join(" ") !== [channels, side, side].join(" "))
    throw following.refuse(
      "it is no normalization of groups of channels",
      "thaw follows shuffles and norms of groups",
    );
  return normStep(base, groups, norm, following);
}

/** For whatever else is made of the parts. */
export const RESPONSES =
  "thaw follows ConvNeXt V2's global response normalization, x + γ · x · (r / (mean of r + ε)) + β, of r = ReduceL2 over rows and columns";

const misfit = ({ refuse }: Following): Error => refuse("it is no global response normalization", RESPONSES);

/** `ReduceL2` over rows and columns, or the mean of that over the channels. */
export function responseOf(value: Image | Response, axes: readonly number[], following: Following): Response {
  const { operator, integers } = following.node;
  const keeps = (integers.get("keepdims")?.[0] ?? 1) === 1;
  const over = axes
    .map((axis) => (axis < 0 ? axis + 4 : axis))
    .sort()
    .join(" ");
  const [area, channels] = value.layout === "first" ? ["2 3", "1"] : ["1 2", "3"];
  if (value.is === "image") {
    if (operator !== "ReduceL2" || over !== area || !keeps) throw misfit(following);
    const source = settled(value, following);
    return { is: "response", part: "roots", source, layout: value.layout, epsilon: 0 };
  }
  if (operator !== "ReduceMean" || value.part !== "roots" || over !== channels || !keeps)
    throw misfit(following);
  return { ...value, part: "mean" };
}

/** The mean and epsilon. */
export function raised(value: Response, epsilon: number, following: Following): Response {
  if (following.node.operator !== "Add" || value.part !== "mean" || !(epsilon > 0 && epsilon < 1))
    throw misfit(following);
  return { ...value, part: "raised", epsilon };
}

/** Two values of which one at least is a part. */
export function afterResponses(a: Value, b: Value, following: Following): Value {
  const { operator } = following.node;
  if (a.is === "response" && b.is === "response") {
    const isShare = operator === "Div" && a.part === "roots" && b.part === "raised" && a.source === b.source;
    if (!isShare) throw misfit(following);
    return { ...b, part: "shares" };
  }
  const [image, shares] = a.is === "image" ? [a, b] : [b, a];
  if (image.is !== "image" || shares.is !== "response") throw misfit(following);
  const isProduct = operator === "Mul" && shares.part === "shares" && image.layout === shares.layout;
  if (!isProduct || settled(image, following) !== shares.source) throw misfit(following);
  const { source, epsilon, layout } = shares;
  const { channels, side } = following.steps[source] as Step;
  following.spend(8 * channels);
  const made = { from: following.label, channels, side, input: source, epsilon };
  const [gamma, beta] = [new Float32Array(channels).fill(1), new Float32Array(channels)];
  const step = { kind: "response-norm", ...made, gamma, beta, isWhole: false } as const;
  return imageOf(following.add(step), following.label, layout);
}

/**
 * The image that was multiplied by its shares, and itself.
 * @returns undefined where these are no such two
 */
export function wholeResponse(one: StepIndex, other: StepIndex, following: Following): StepIndex | undefined {
  for (const [source, top] of [
    [one, other],
    [other, one],
  ] as const) {
    const lines: { scale: Float32Array; shift: Float32Array }[] = [];
    let step = following.steps[top] as Step;
    while (step.kind === "affine") {
      lines.unshift(step);
      step = following.steps[step.input] as Step;
    }
    if (step.kind !== "response-norm" || step.isWhole || step.input !== source) continue;
    let { gamma, beta } = step;
    for (const { scale, shift } of lines) {
      gamma = gamma.map((value, c) => value * (scale[c] ?? Number.NaN));
      beta = beta.map((value, c) => value * (scale[c] ?? Number.NaN) + (shift[c] ?? Number.NaN));
    }
    following.spend(16 * step.channels * (1 + lines.length));
    return following.add({ ...step, from: following.label, gamma, beta, isWhole: true });
  }
  return undefined;
}
