/** The operators that are known, and what comes out of each. */
import { shown } from "../../names.js";
import type { OnnxNode } from "../node.js";
import { MICROSOFT } from "../optimized.js";
import { afterBinary, afterUnary, FOLD, isBinary, slopedByChannel, unaryOf } from "./elementwise.js";
import { FLOATS, folded } from "./folding.js";
import { afterDense } from "./gates/means.js";
import { meansReshaped } from "./gates/reshaped.js";
import * as norms from "./imageNorms.js";
import * as images from "./images.js";
import * as moments from "./moments.js";
import { BLOCKS, CUT, spaceToDepth } from "./pixels.js";
import { resized } from "./resize.js";
import * as shapes from "./shapes.js";
import { sliced } from "./slices.js";
import type { StepIndex } from "./steps.js";
import { constantOf, type Following, row, type Value } from "./values.js";
import { computedWeights } from "./weights.js";

/** What comes out of an operator, the first of its outputs first. */
export function passed(
  node: OnnxNode,
  inputs: readonly (Value | undefined)[],
  following: Following,
): readonly Value[] {
  const given = inputs.filter((value) => value !== undefined);
  const isOfHead = given.some(({ is }) => is === "head");
  if (QUANTIZING.test(node.operator) && !isOfHead)
    throw following.refuse(`thaw does not know the operator ${shown(node.operator)}`, QUANTIZED);
  const constant = givenConstant(node) ?? folded(inputs, following) ?? computedWeights(inputs, following);
  if (constant !== undefined) return [constant];
  const [first] = inputs;
  if (first === undefined)
    throw following.refuse(`thaw does not know the operator ${shown(node.operator)}`, hintOf(node.operator));
  if (node.operator === "Split") {
    const parts = shapes.split(first, inputs, following);
    if (parts !== undefined) return parts;
  }
  const made = isOfHead ? undefined : madeOf(first, inputs, following);
  if (made !== undefined) {
    if (made.is === "means" && made.chain.before !== undefined) following.cut(made.chain.source);
    return [made];
  }
  return [headAfter(given, following)];
}

function givenConstant({ operator, tensor, integers, floats, lists }: OnnxNode): Value | undefined {
  if (operator !== "Constant") return undefined;
  if (tensor !== undefined) return { is: "constant", shape: tensor.shape, tensor };
  const values = integers.get("value_ints");
  if (values !== undefined) return row(values);
  const whole = integers.get("value_int");
  if (whole !== undefined) return { ...row(whole), shape: [] };
  const listed = lists.get("value_floats");
  if (listed !== undefined)
    return constantOf({ is: "numbers", shape: [listed.length], values: listed, isWhole: false });
  const number = floats.get("value_float");
  return number === undefined
    ? undefined
    : constantOf({ is: "numbers", shape: [], values: [number], isWhole: false });
}

/** @returns undefined for what is no image of ours: it belongs to a head, or is not understood */
function madeOf(
  first: Value,
  inputs: readonly (Value | undefined)[],
  following: Following,
): Value | undefined {
  const { operator } = following.node;
  const [, second] = inputs;
  switch (operator) {
    case "Identity":
    case "Dropout":
      return first;
    case "Cast":
      if (first.is === "image" && !FLOATS.has(following.node.integers.get("to")?.[0] ?? 0))
        throw following.refuse("it makes whole numbers of an image");
      return first;
    case "Unsqueeze":
    case "Squeeze":
    case "Reshape":
    case "Expand":
      if (first.is === "constant") return shapes.constantReshaped(first, inputs, following);
      if (first.is === "means") return meansReshaped(first, inputs, following);
      if (operator === "Unsqueeze") return shapes.unsqueezed(first, inputs, following);
      return operator === "Reshape" ? shapes.reshaped(first, inputs, following) : undefined;
    case "Flatten":
      return shapes.flattened(first, following);
    case "Transpose":
      return shapes.transposed(first, following);
    case "Shape":
      return shapes.shapeOf(first, following);
    case "Slice":
      return sliced(first, inputs, following);
    case "Gather":
      return shapes.gathered(first, inputs, following);
    case "Concat":
      return inputs.every((value) => value !== undefined) ? shapes.joined(inputs, following) : undefined;
    case "Conv":
      return images.convolved(first, inputs, following);
    case "MatMul":
      return images.multiplied(first, inputs, following);
    case "Gemm":
      return gemm(first, inputs, following);
    case "BatchNormalization":
      return moments.batchNormalized(first, inputs, following);
    case "InstanceNormalization":
      return norms.instanceNormalized(first, inputs, following);
    case "GroupNormalization":
      return norms.groupNormalized(first, inputs, following);
    case "LayerNormalization":
      return moments.layerNormalized(first, inputs, following);
    case "MaxPool":
    case "AveragePool":
      return images.pooled(first, following);
    case "GlobalAveragePool":
      return first.is === "image" ? shapes.averaged(first, following) : undefined;
    case "GlobalMaxPool":
      return shapes.flattened(first, following);
    case "ReduceL2":
    case "ReduceMean":
    case "ReduceMax":
      return shapes.reduced(first, inputs, following);
    case "Pad":
      return images.padded(first, inputs, following);
    case "SpaceToDepth":
      return spaceToDepth(first, following);
    case "Resize":
    case "Upsample":
      return resized(first, inputs, following);
    default:
      return calculated(first, second, inputs, following);
  }
}

function calculated(
  first: Value,
  second: Value | undefined,
  inputs: readonly (Value | undefined)[],
  following: Following,
): Value | undefined {
  if (isBinary(following.node.operator) && second !== undefined && inputs.length === 2) {
    return afterBinary(first, second, following);
  }
  if (first.is !== "image" && first.is !== "means" && first.is !== "moment") return undefined;
  const sloped = following.node.operator === "PRelu" ? slopedByChannel(first, second, following) : undefined;
  if (sloped !== undefined) return sloped;
  const of = unaryOf(following, inputs);
  return of === undefined ? undefined : afterUnary(first, of, following);
}

function gemm(first: Value, inputs: readonly (Value | undefined)[], following: Following): Value | undefined {
  const { integers, floats } = following.node;
  const [, kernel, bias] = inputs;
  const isPlain = [floats.get("alpha"), floats.get("beta")].every((factor) => (factor ?? 1) === 1);
  if (
    first.is !== "means" ||
    kernel?.is !== "constant" ||
    !isPlain ||
    (integers.get("transA")?.[0] ?? 0) !== 0
  )
    return undefined;
  const isTurned = (integers.get("transB")?.[0] ?? 0) !== 0;
  if (bias !== undefined && bias.is !== "constant") return undefined;
  return afterDense(
    first,
    { kernel, isTurned, axis: "last", ...(bias === undefined ? {} : { bias }) },
    following,
  );
}

const NOT_LARGER = "thaw makes images larger by Resize only";
const SIZES =
  "it computes with sizes of the picture: `onnxsim IN OUT` makes numbers of that, of a graph exported with one size";

/** Of QDQ, of whole operators of eight bits, and of onnxruntime's own. */
const QUANTIZING = /quantize|QLinear|Integer$/i;
const QUANTIZED =
  "its numbers are of eight bits: add the network that it was quantized from, with its float weights";
const FUNCTION =
  "it is a function of the file or an operator of an exporter's own: `onnx.inliner.inline_local_functions(model)` writes functions out";

const OPTIMIZED =
  "onnxruntime's optimizer wrote it, for one kind of machine: add the file that it was made of, or one made with ORT_ENABLE_BASIC";

/** Of what every exporter calls alike. */
function hintOf(operator: string): string | undefined {
  if (operator.startsWith(MICROSOFT)) return OPTIMIZED;
  return HINTS.get(operator) ?? (operator.includes(".") ? FUNCTION : undefined);
}

/** Why what is known elsewhere is not taken below the features. */
const HINTS: ReadonlyMap<string, string> = new Map([
  ["ConvTranspose", NOT_LARGER],
  ["DepthToSpace", NOT_LARGER],
]);

const OF_IMAGES: ReadonlySet<Value["is"]> = new Set<Value["is"]>([
  ...(["image", "channel", "parted", "blocks", "cut", "moment", "grouped", "response"] as const),
]);

/** What may be done with parts of what thaw knows as a whole. */
const PARTS_OF_IMAGES: Readonly<Record<string, string>> = {
  moment: moments.PARTS,
  response: norms.RESPONSES,
  blocks: BLOCKS,
  cut: CUT,
};

/** What belongs to the head as soon as its inputs do. @throws ThawError where an image goes into it */
function headAfter(given: readonly Value[], following: Following): Value {
  const image = given.find(({ is }) => OF_IMAGES.has(is));
  const sources = new Set<StepIndex>();
  for (const value of given) {
    if (value.is === "means") sources.add(value.chain.source);
    if (value.is === "head") for (const source of value.sources) sources.add(source);
  }
  if (image !== undefined && sources.size > 0) {
    throw following.refuse(
      "it puts an image and something that was made of means together",
      "thaw knows gates: fully connected layers, convolutions along the means and activations of thaw's, then a product or sum",
    );
  }
  if (image !== undefined || sources.size === 0) {
    const { operator } = following.node;
    const computes = given.length > 0 && given.every(({ is }) => is === "numbers" || is === "constant");
    const folding = given.some(({ is }) => is === "numbers") ? SIZES : FOLD;
    const otherwise = PARTS_OF_IMAGES[image?.is ?? ""] ?? hintOf(operator);
    throw following.refuse(
      `thaw does not know the operator ${shown(operator)} there`,
      hintOf(operator) ?? (computes ? folding : otherwise),
    );
  }
  for (const source of sources) following.cut(source);
  return { is: "head", sources };
}
