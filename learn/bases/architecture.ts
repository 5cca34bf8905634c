/** A convolutional network as data: layer groups of units, each unit a convolution and a batch norm. */
import type { Activation, Padding, Pooling } from "../network/ops.js";

/** Convolution → batch normalization → activation. Its parameters are `NAME.kernel`, `NAME.gamma`… */
export interface ConvUnit {
  readonly name: string;
  readonly kind: "full" | "depthwise";
  readonly kernel: number;
  readonly stride: number;
  readonly padding: Padding;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly activation: Activation;
}

/** Units in sequence; with `residual` the block's input is added to its output. */
export interface Block {
  readonly name: string;
  readonly units: readonly ConvUnit[];
  readonly residual: boolean;
  /** What the input of a residual block passes on its way to the sum, where the shapes differ. */
  readonly projection?: ConvUnit;
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

/** Shape of a unit's kernel, in TensorFlow's layout. */
export function kernelShape(unit: ConvUnit): readonly [number, number, number, number] {
  return unit.kind === "depthwise"
    ? [unit.kernel, unit.kernel, unit.inChannels, 1]
    : [unit.kernel, unit.kernel, unit.inChannels, unit.outChannels];
}

/** All units of a group; a block's projection after the others, with as many output channels as the block. */
export function unitsOf(group: LayerGroup): readonly ConvUnit[] {
  return group.blocks.flatMap(({ units, projection }) =>
    projection === undefined ? units : [...units, projection],
  );
}

/** Position of a layer group, from the input up. -1 when there is none of that name. */
export function groupIndex(architecture: Architecture, name: string): number {
  return architecture.groups.findIndex((group) => group.name === name);
}

/** Side of the square output of a convolution or pooling, for an input of side `side`. */
export function windowsAlong(side: number, { kernel, stride, padding }: Pooling): number {
  return padding === "same"
    ? Math.ceil(side / stride)
    : Math.floor((side + 2 * padding - kernel) / stride) + 1;
}

/** Side of the square output of layer groups `[from, to)`, for an input of side `side` in pixels. */
export function outputSide(architecture: Architecture, from: number, to: number, side: number): number {
  const blocks = architecture.groups.slice(from, to).flatMap((group) => group.blocks);
  return blocks
    .flatMap(({ units, pool }) => [...units, ...(pool === undefined ? [] : [pool])])
    .reduce(windowsAlong, side);
}
