/** Poolings of images, and zeros around them. */
import { meansOf } from "./gates.js";
import { type Given, MOST_KERNEL, only, weightOf } from "./images.js";
import type { Step, StepIndex } from "./steps.js";
import { type Following, imageOf, listOf, numbersOf, settled, settledInside, type Value } from "./values.js";
import { addPads, isSamePads, NO_PADS, type Pads, paddingOf, padsOf, roundedUp } from "./windows.js";

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
  const own = padsOf(node, [kernel, kernel], stride, side);
  if (own === undefined || kernel > MOST_KERNEL)
    throw refuse("its windows or their padding are none that thaw knows");
  const isPadded = [...own.rows, ...own.columns].some((pad) => pad > 0);
  const isPaddedBefore = value.pads !== undefined;
  if (isMean && kernel >= side && !isPadded && !isPaddedBefore) return meansOf(input, given);
  // Zeros are no least of all numbers, but of those that an activation has left above nought: others get them for good.
  if (!isMean && isPaddedBefore && !isNowhereBelowNought(given))
    return pooled(imageOf(framed(input, around, following), label), following);
  const pads = addPads(around, own);
  const isRoundedUp = (node.integers.get("ceil_mode")?.[0] ?? 0) !== 0;
  const square = [kernel, kernel] as const;
  const counted = isRoundedUp ? roundedUp(pads, kernel, stride, side) : paddingOf(pads, square, stride, side);
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

/** The image with zeros around it, by kernels of a single one. */
function framed(input: StepIndex, { rows, columns }: Pads, following: Following): StepIndex {
  const { channels, side } = following.steps[input] as Step;
  const [padding] = rows;
  if ([...rows, ...columns].some((pad) => pad !== padding))
    throw following.refuse("zeros are added before it, unevenly, around an image with numbers below nought");
  following.spend(4 * channels);
  const kernel = { shape: [channels, 1, 1, 1], data: new Float32Array(channels).fill(1) };
  const made = { from: following.label, channels, side: side + 2 * padding, groups: channels };
  return following.add({ ...made, kind: "conv", input, kernel, stride: 1, padding, isFixed: true });
}

const isNowhereBelowNought = (step: Step): boolean =>
  step.kind === "activation" && ["relu", "relu6", "sigmoid", "hard-sigmoid"].includes(step.activation);

/** Zeros around an image, which are left to whatever takes it. */
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
    listed.every((pad, i) => pad === 0 || (pad > 0 && pad <= MOST_KERNEL && [rows, columns].includes(i % 4)));
  if (
    !isPlain ||
    (filling ?? 0) !== 0 ||
    (node.texts.get("mode") ?? "constant") !== "constant" ||
    inputs[3] !== undefined
  )
    throw refuse("it adds something else than zeros around an image");
  const at = (index: number): number => listed[index] ?? 0;
  const pads: Pads = { rows: [at(rows), at(rows + 4)], columns: [at(columns), at(columns + 4)] };
  const before = settled(value, following);
  return { ...imageOf(before, following.label, value.layout), pads };
}
