/** What a graph of common operators comes down to: steps from the picture up, each of which makes an image of others. */
import type { Activation } from "../../../network/activations.js";
import type { Padding, Pooling } from "../../../network/ops.js";
import type { Resizing } from "../../../network/resizing.js";

/** Where a step stands among all; what it is made of stands before it. */
export type StepIndex = number;

interface Made {
  /** The operator that it comes from, for people. */
  readonly from: string;
  /** Of the image that comes out; all are square. */
  readonly channels: number;
  readonly side: number;
}

/** Of one image. */
interface Alone {
  readonly input: StepIndex;
}

export interface ConvStep extends Made, Alone {
  readonly kind: "conv";
  /** `[out, in / groups, rows, columns]` */
  readonly kernel: { readonly shape: readonly number[]; readonly data: Float32Array };
  readonly bias?: Float32Array;
  readonly groups: number;
  readonly stride: number;
  readonly padding: Padding;
  /**
   * Whether numbers of the kernel stand for a structure and are not to be changed: noughts between the taps of a dilated
   * one or beside those of one that is padded unevenly.
   */
  readonly isFixed: boolean;
  /** Whether the graph computes its kernel of others, which it no longer does once it is tuned. */
  readonly isComputed?: boolean;
}

/** Batch normalization. */
export interface NormStep extends Made, Alone {
  readonly kind: "norm";
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly epsilon: number;
}

/** Layer normalization over the channels. */
export interface LayerNormStep extends Made, Alone {
  readonly kind: "layer-norm";
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly epsilon: number;
}

/** Normalization of groups of channels over an image. */
export interface GroupNormStep extends Made, Alone {
  readonly kind: "group-norm";
  readonly groups: number;
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly epsilon: number;
}

/** ConvNeXt V2's, see `ResponseNormUnit`; not yet `isWhole` where the graph has only multiplied the image by its shares. */
export interface ResponseNormStep extends Made, Alone {
  readonly kind: "response-norm";
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly epsilon: number;
  readonly isWhole: boolean;
}

/** `x · scale + shift` with numbers for each channel. */
export interface AffineStep extends Made, Alone {
  readonly kind: "affine";
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

export interface ActivationStep extends Made, Alone {
  readonly kind: "activation";
  readonly activation: Activation;
}

export interface PoolStep extends Made, Alone {
  readonly kind: "max" | "average";
  readonly pooling: Pooling;
}

/** A fully connected layer of a gate, `kernel` `[in, out]`. */
export interface Dense {
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

/** Squeeze-and-excitation. */
export interface SqueezeStep extends Made, Alone {
  readonly kind: "squeeze";
  readonly reduce: Dense;
  readonly expand: Dense;
  readonly activation: Activation;
  readonly gate: "sigmoid" | "hard-sigmoid";
}

/** Means over the image, which leave one pixel. */
export interface MeansStep extends Made, Alone {
  readonly kind: "means";
}

/** Of a single pixel, each channel with its neighbours. */
export interface ChannelConvStep extends Made, Alone {
  readonly kind: "channel-conv";
  readonly kernel: Float32Array;
}

/** Some of the channels, by number. */
export interface ChoiceStep extends Made, Alone {
  readonly kind: "choice";
  /** Of what comes in. */
  readonly given: number;
  readonly chosen: readonly number[];
}

export interface ResizeStep extends Made, Alone {
  readonly kind: "resize";
  readonly resizing: Resizing;
}

export interface JoinStep extends Made {
  readonly kind: "add" | "multiply" | "concat";
  readonly inputs: readonly StepIndex[];
  /** Of a sum or product, the input of one pixel, which goes to every pixel of the other. */
  readonly spread?: StepIndex;
}

export type PictureStep = Made & { readonly kind: "picture" };

export type SingleStep =
  | ConvStep
  | NormStep
  | LayerNormStep
  | GroupNormStep
  | ResponseNormStep
  | AffineStep
  | ActivationStep
  | PoolStep
  | SqueezeStep
  | MeansStep
  | ChannelConvStep
  | ChoiceStep
  | ResizeStep;
export type Step = PictureStep | SingleStep | JoinStep;

export const isJoin = (step: Step): step is JoinStep =>
  step.kind === "add" || step.kind === "multiply" || step.kind === "concat";
