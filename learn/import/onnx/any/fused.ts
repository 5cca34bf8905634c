/** Steps put together as units have them: a convolution with the norm and the activation after it. */
import type { GraphImage } from "../../../bases/architecture.js";
import type { Activation } from "../../../network/activations.js";
import { type Item, isMeeting, isRegion } from "./arrange/arrange.js";
import type { Region } from "./arrange/region.js";
import type {
  AffineStep,
  ChannelConvStep,
  ChoiceStep,
  ConvStep,
  GroupNormStep,
  LayerNormStep,
  MeansStep,
  NormStep,
  PoolStep,
  ResizeStep,
  ResponseNormStep,
  SqueezeStep,
} from "./steps.js";

export interface FusedConv {
  readonly kind: "conv";
  readonly conv: ConvStep;
  readonly norm?: NormStep;
  readonly activation: Activation;
}

export interface FusedNorm {
  readonly kind: "norm";
  readonly norm: NormStep;
  readonly activation: Activation;
}

export interface FusedWays {
  readonly kind: "concat" | "sum";
  readonly ways: readonly (readonly Fused[])[];
  /** Of each way, and of what comes out. */
  readonly channels: number;
  readonly side: number;
  readonly from: string;
  /** Of a sum. */
  readonly activation: Activation;
}

/** Images made of one another; the last is what comes out. */
export interface FusedGraph {
  readonly kind: "graph";
  readonly images: readonly FusedImage[];
  readonly side: number;
}

export interface FusedImage extends Pick<GraphImage, "inputs" | "join" | "spread"> {
  /** Of what was put together. */
  readonly activation: Activation;
  readonly parts: readonly Fused[];
}

export interface FusedGroupNorm {
  readonly kind: "group-norm";
  readonly norm: GroupNormStep;
  readonly activation: Activation;
}

export type Fused = FusedConv | FusedNorm | FusedGroupNorm | FusedWays | FusedGraph | Plain;

/** Steps that are units as they are. */
type Plain =
  | LayerNormStep
  | ResponseNormStep
  | SqueezeStep
  | PoolStep
  | MeansStep
  | ChannelConvStep
  | ChoiceStep
  | ResizeStep;

export function fused(items: readonly Item[]): readonly Fused[] {
  const made: Fused[] = [];
  for (const item of items) {
    const last = made.at(-1);
    const together = last === undefined || !("one" in item) ? undefined : withNext(last, item.one);
    if (together === undefined) made.push(begun(item));
    else made[made.length - 1] = together;
  }
  return made;
}

/** All that it is made of, from the input up; nothing of what is no join. */
export function partsOf(one: Fused): readonly Fused[] {
  if (one.kind === "graph") return one.images.flatMap(({ parts }) => parts);
  return one.kind === "concat" || one.kind === "sum" ? one.ways.flat() : [];
}

function graphOf({ images, last }: Region): FusedGraph {
  const made = images.map(({ inputs, join, spread, ones }): FusedImage => {
    const [first] = ones;
    const isActivated = join !== undefined && first?.kind === "activation";
    const rest = isActivated ? ones.slice(1) : ones;
    return {
      inputs,
      ...(join === undefined ? {} : { join: join.kind }),
      ...(spread === undefined ? {} : { spread }),
      activation: isActivated ? first.activation : "none",
      parts: fused(rest.map((one) => ({ one }))),
    };
  });
  return { kind: "graph", images: made, side: last.side };
}

/** With the activation of its last join, if that is not followed by anything. */
function activatedGraph(graph: FusedGraph, activation: Activation): FusedGraph | undefined {
  const last = graph.images.at(-1);
  if (last?.join === undefined || last.activation !== "none" || last.parts.length > 0) return undefined;
  return { ...graph, images: [...graph.images.slice(0, -1), { ...last, activation }] };
}

function begun(item: Item): Fused {
  if (isRegion(item)) return graphOf(item);
  if (isMeeting(item)) {
    const { kind, channels, side, from } = item.step;
    const ways = item.ways.map(fused);
    return { kind: kind === "add" ? "sum" : "concat", ways, channels, side, from, activation: "none" };
  }
  const { one } = item;
  switch (one.kind) {
    case "conv":
      return { kind: "conv", conv: one, activation: "none" };
    case "norm":
      return { kind: "norm", norm: one, activation: "none" };
    case "affine":
      return { kind: "conv", conv: channelwise(one, one.scale, one.shift), activation: "none" };
    case "activation": {
      const ones = new Float32Array(one.channels).fill(1);
      return { kind: "conv", conv: channelwise(one, ones), activation: one.activation };
    }
    case "group-norm":
      return { kind: "group-norm", norm: one, activation: "none" };
    case "layer-norm":
    case "response-norm":
    case "squeeze":
    case "max":
    case "average":
    case "means":
    case "channel-conv":
    case "choice":
    case "resize":
      return one;
  }
}

/** Each channel times a number of its own: a depthwise convolution of one pixel, which has no statistics. */
function channelwise(
  { input, from, channels, side }: Pick<ConvStep, "input" | "from" | "channels" | "side">,
  scale: Float32Array,
  bias?: Float32Array,
): ConvStep {
  const made = { from, channels, side, input, groups: channels, stride: 1, padding: 0, isFixed: false };
  const kernel = { shape: [channels, 1, 1, 1], data: scale };
  return { kind: "conv", ...made, kernel, ...(bias === undefined ? {} : { bias }) };
}

/** @returns undefined where the step is a unit of its own */
function withNext(last: Fused, step: Extract<Item, { one: unknown }>["one"]): Fused | undefined {
  if (last.kind === "graph")
    return step.kind === "activation" ? activatedGraph(last, step.activation) : undefined;
  if (last.kind === "layer-norm" && step.kind === "affine") return withScale(last, step);
  if (last.kind === "group-norm") {
    if (last.activation !== "none") return undefined;
    if (step.kind === "activation") return { ...last, activation: step.activation };
    return step.kind === "affine" ? { ...last, norm: withScale(last.norm, step) } : undefined;
  }
  if (!isOpen(last)) return undefined;
  if (step.kind === "activation") return { ...last, activation: step.activation };
  if (last.kind === "conv" && step.kind === "norm" && last.norm === undefined) return { ...last, norm: step };
  return last.kind !== "sum" && step.kind === "affine" ? withLine(last, step) : undefined;
}

/** Whether an activation can still become its own. */
const isOpen = (last: Fused): last is FusedConv | FusedNorm | SumOfWays =>
  (last.kind === "conv" || last.kind === "norm" || last.kind === "sum") && last.activation === "none";

type SumOfWays = FusedWays & { readonly kind: "sum" };

/** What such a norm is multiplied by and what is added belongs to it. */
function withScale<Norm extends LayerNormStep | GroupNormStep>(
  last: Norm,
  { scale, shift }: AffineStep,
): Norm {
  const gamma = last.gamma.map((value, c) => value * (scale[c] ?? Number.NaN));
  const beta = last.beta.map((value, c) => value * (scale[c] ?? Number.NaN) + (shift[c] ?? Number.NaN));
  return { ...last, gamma, beta };
}

function withLine(last: FusedConv | FusedNorm, { scale, shift }: AffineStep): Fused {
  const scaled = (values: Float32Array): Float32Array =>
    values.map((value, c) => value * (scale[c] ?? Number.NaN));
  const moved = (values: Float32Array): Float32Array =>
    scaled(values).map((value, c) => value + (shift[c] ?? Number.NaN));
  const { norm } = last;
  if (norm !== undefined)
    return { ...last, norm: { ...norm, gamma: scaled(norm.gamma), beta: moved(norm.beta) } };
  if (last.kind === "norm") return last;
  const { conv } = last;
  const perOutput = conv.kernel.data.length / conv.channels;
  const data = conv.kernel.data.map((value, i) => value * (scale[Math.floor(i / perOutput)] ?? Number.NaN));
  const bias = moved(conv.bias ?? new Float32Array(conv.channels));
  return { ...last, conv: { ...conv, kernel: { shape: conv.kernel.shape, data }, bias } };
}
