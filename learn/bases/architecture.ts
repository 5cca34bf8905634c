/** A convolutional network as data: layer groups of blocks of units, most of them a convolution and a batch norm. */
import type { Activation } from "../network/activations.js";
import type { Padding, Pooling } from "../network/ops.js";
import type { Resizing } from "../network/resizing.js";

/** Side of a square kernel, or rows and columns of another one, whose padding is "same": activations stay square. */
export type KernelSize = number | readonly [number, number];

/** What all convolutions have. Their parameters are `NAME.kernel`, and `NAME.gamma`… or `NAME.bias`. */
interface Convolving {
  readonly name: string;
  readonly stride: number;
  readonly padding: Padding;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly activation: Activation;
  /** What follows the convolution, before the activation: a batch norm where it is not given, a bias, or nothing. */
  readonly offset?: "norm" | "bias" | "none";
}

interface PlainConvolution extends Convolving {
  readonly kind: "full" | "depthwise";
  readonly kernel: KernelSize;
}

/** Convolves each of `groups` equal stretches of the channels with kernels of its own. */
interface GroupedConvolution extends Convolving {
  readonly kind: "grouped";
  readonly groups: number;
  readonly kernel: number;
}

/** Convolution → batch normalization → activation. */
export type ConvUnit = PlainConvolution | GroupedConvolution;

/** Batch normalization → activation, with no convolution before it. `NAME.gamma`, `beta`, `mean`, `variance`. */
export interface NormUnit {
  readonly kind: "norm";
  readonly name: string;
  readonly channels: number;
  readonly activation: Activation;
}

/** Normalizes the channels of each pixel (Ba et al. 2016). `NAME.gamma`, `NAME.beta`. */
export interface LayerNormUnit {
  readonly kind: "layer-norm";
  readonly name: string;
  readonly channels: number;
  /** Added to the variance. */
  readonly epsilon: number;
}

/**
 * Normalizes each of `groups` equal stretches of an image's channels, over all of its pixels (Wu & He, ECCV 2018); of as many
 * groups as channels it is instance normalization. `NAME.gamma`, `NAME.beta`.
 */
export interface GroupNormUnit {
  readonly kind: "group-norm";
  readonly name: string;
  readonly channels: number;
  readonly groups: number;
  /** Added to the variance. */
  readonly epsilon: number;
  readonly activation: Activation;
}

/**
 * `x · (1 + γ · n) + β`, where `n` is the root of the sum of a channel's squares over the image, divided by the mean of all
 * channels' and epsilon (Woo et al., ConvNeXt V2, CVPR 2023). `NAME.gamma`, `NAME.beta`.
 */
export interface ResponseNormUnit {
  readonly kind: "response-norm";
  readonly name: string;
  readonly channels: number;
  /** Added to the mean. */
  readonly epsilon: number;
}

/**
 * Squeeze-and-excitation (Hu et al., CVPR 2018): each channel is multiplied by a gate that is computed of the means of
 * all of them. `NAME.reduce.kernel` `[channels, hidden]`, `NAME.reduce.bias`, `NAME.expand.kernel`, `NAME.expand.bias`.
 */
export interface SqueezeUnit {
  readonly kind: "squeeze";
  readonly name: string;
  readonly channels: number;
  readonly hidden: number;
  readonly activation: Activation;
  readonly gate: "sigmoid" | "hard-sigmoid";
}

/** Multiplies each channel by a number of its own, `NAME.gamma` (Touvron et al., "Going deeper", ICCV 2021). */
export interface ScaleUnit {
  readonly kind: "scale";
  readonly name: string;
  readonly channels: number;
}

/**
 * Maxima or means of windows. What is added around the image never is a maximum; in a mean it counts as zeros where the
 * padding is a number of pixels, as in PyTorch, and not where it is "same", as in TensorFlow.
 */
export type PoolUnit =
  | (Pooling & { readonly kind: "max"; readonly name: string })
  | (Pooling & { readonly kind: "average"; readonly name: string });

/** Means over the image, of which one pixel is left: what follows is computed of the pooled features. */
export interface MeansUnit {
  readonly kind: "means";
  readonly name: string;
  readonly channels: number;
}

/** Several ways from the same input, whose channels are put one after the other. A way of no units is the input. */
export interface ConcatUnit {
  readonly kind: "concat";
  readonly name: string;
  readonly branches: readonly (readonly Unit[])[];
}

/**
 * Convolves the channels themselves with one kernel, each with its neighbours, zeros beyond the first and the last: of an image
 * of one pixel, as efficient channel attention has it (Wang et al., CVPR 2020). `NAME.kernel` `[kernel]`.
 */
export interface ChannelConvUnit {
  readonly kind: "channel-conv";
  readonly name: string;
  readonly channels: number;
  /** Odd. */
  readonly kernel: number;
}

/** Some of the channels, each as often and where it is listed. */
export interface ChoiceUnit {
  readonly kind: "choice";
  readonly name: string;
  /** Of what comes in. */
  readonly channels: number;
  /** From 0. */
  readonly chosen: readonly number[];
}

/** Makes an image larger or smaller, as ONNX' `Resize` does it; see `learn/network/resizing.ts`. */
export interface ResizeUnit extends Resizing {
  readonly kind: "resize";
  readonly name: string;
  readonly channels: number;
}

/**
 * Images that are made of one another, however their ways part and meet. The first is the unit's input, number 0; the last is
 * what comes out.
 */
export interface GraphUnit {
  readonly kind: "graph";
  readonly name: string;
  readonly images: readonly GraphImage[];
}

/** Made of images before it: put together, activated, then passed through units. */
export interface GraphImage {
  /** Numbers of images; one where nothing is put together. */
  readonly inputs: readonly number[];
  readonly join?: "add" | "multiply" | "concat";
  /** Of a sum or product, the number of the input whose single pixel goes to every pixel of the other. */
  readonly spread?: number;
  /** Of what was put together; "none" where it is not given. */
  readonly activation?: Activation;
  readonly units: readonly Unit[];
}

/** What has parameters. */
export type WeightedUnit =
  | ConvUnit
  | NormUnit
  | LayerNormUnit
  | GroupNormUnit
  | ResponseNormUnit
  | SqueezeUnit
  | ScaleUnit
  | ChannelConvUnit;
export type Unit = WeightedUnit | PoolUnit | MeansUnit | ConcatUnit | ChoiceUnit | ResizeUnit | GraphUnit;

/** A convolution with a batch norm. */
export type NormedConvolution = ConvUnit & { readonly offset?: "norm" };
/** A unit with a batch norm in it. */
export type NormedUnit = NormedConvolution | NormUnit;

/** Units in sequence; with `residual` the block's input is added to its output. */
export interface Block {
  readonly name: string;
  readonly units: readonly Unit[];
  readonly residual: boolean;
  /** What the input of a residual block passes on its way to the sum, where the shapes differ. */
  readonly projection?: ConvUnit;
  /** The same where it is more than a convolution: means before it, or a norm of groups after it. Only without a projection. */
  readonly shortcut?: readonly Unit[];
  /** Of the sum, or of the last unit's output. "none" where it is not given. */
  readonly activation?: Activation;
  /** Max pooling, the last thing that happens. */
  readonly pool?: Pooling;
}

/** What is frozen or unfrozen together. */
export interface LayerGroup {
  readonly name: string;
  readonly blocks: readonly Block[];
}

/** A convolutional base: layer groups, then global average pooling to `features` numbers. */
export interface Architecture {
  readonly groups: readonly LayerGroup[];
  /** Length of the pooled feature vector. */
  readonly features: number;
  /** Added to the variance in batch normalization. */
  readonly epsilon: number;
}

/** Rows and columns of a unit's kernel. */
export function kernelSize({ kernel }: Pick<ConvUnit, "kernel">): readonly [number, number] {
  return typeof kernel === "number" ? [kernel, kernel] : kernel;
}

/** Whether each pixel of what comes out is made of one pixel, all of which are met. */
export function isOfPixels(unit: Pick<ConvUnit, "kernel" | "stride" | "padding">): boolean {
  const { stride, padding } = unit;
  return (
    stride === 1 && (padding === "same" || padding === 0) && kernelSize(unit).every((side) => side === 1)
  );
}

/** Shape of a unit's kernel, in TensorFlow's layout. */
export function kernelShape(unit: ConvUnit): readonly [number, number, number, number] {
  const [rows, columns] = kernelSize(unit);
  switch (unit.kind) {
    case "full":
      return [rows, columns, unit.inChannels, unit.outChannels];
    case "depthwise":
      return [rows, columns, unit.inChannels, 1];
    case "grouped":
      return [rows, columns, unit.inChannels / unit.groups, unit.outChannels];
  }
}

/** Whether a batch norm belongs to the unit. */
export function isNormed(unit: Unit): unit is NormedUnit {
  switch (unit.kind) {
    case "full":
    case "depthwise":
    case "grouped":
      return unit.offset === undefined || unit.offset === "norm";
    case "norm":
      return true;
    case "layer-norm":
    case "group-norm":
    case "response-norm":
    case "squeeze":
    case "scale":
    case "max":
    case "average":
    case "means":
    case "concat":
    case "channel-conv":
    case "choice":
    case "resize":
    case "graph":
      return false;
  }
}

/** All units of a group that have parameters; those of a block's shortcut after the others. */
export function unitsOf(group: LayerGroup): readonly WeightedUnit[] {
  return group.blocks.flatMap(({ units, projection, shortcut = [] }) => {
    const own = [...units, ...shortcut].flatMap(weightedUnits);
    return projection === undefined ? own : [...own, projection];
  });
}

/** The units of a group that have a batch norm. */
export function normedUnitsOf(group: LayerGroup): readonly NormedUnit[] {
  return unitsOf(group).filter(isNormed);
}

/** The unit, or those within it, as far as they have parameters. */
export function weightedUnits(unit: Unit): readonly WeightedUnit[] {
  switch (unit.kind) {
    case "concat":
      return unit.branches.flat().flatMap(weightedUnits);
    case "graph":
      return unit.images.flatMap(({ units }) => units).flatMap(weightedUnits);
    case "max":
    case "average":
    case "means":
    case "choice":
    case "resize":
      return [];
    case "full":
    case "depthwise":
    case "grouped":
    case "norm":
    case "layer-norm":
    case "group-norm":
    case "response-norm":
    case "squeeze":
    case "scale":
    case "channel-conv":
      return [unit];
  }
}

/** Position of a layer group, from the input up. -1 when there is none of that name. */
export function groupIndex(architecture: Architecture, name: string): number {
  return architecture.groups.findIndex((group) => group.name === name);
}

/**
 * Of a network that pools by itself and normalizes the pooled features, its last block's two units, as ConvNeXt does: that
 * norm, and the network below them, whose activations are pooled.
 */
export function normedFeatures(
  architecture: Architecture,
): { readonly norm: LayerNormUnit; readonly below: Architecture } | undefined {
  const { groups } = architecture;
  const top = groups.at(-1);
  const [means, norm] = top?.blocks.at(-1)?.units ?? [];
  if (top === undefined || means?.kind !== "means" || norm?.kind !== "layer-norm") return undefined;
  const below = { ...top, blocks: top.blocks.slice(0, -1) };
  return { norm, below: { ...architecture, groups: [...groups.slice(0, -1), below] } };
}
