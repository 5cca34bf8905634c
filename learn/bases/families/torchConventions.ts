/** What networks that were made for PyTorch have in common, and what those that came from TensorFlow have instead. */

import type { Activation } from "../../network/activations.js";
import type { Padding } from "../../network/ops.js";

/** Default of `torch.nn.BatchNorm2d`. */
export const EPSILON = 1e-5;

/**
 * Half a kernel, `(kernel − 1) / 2`, on each side. Without a stride, and for pointwise kernels, that is what
 * TensorFlow's padding is, too, which it computes faster.
 * @param kernel odd
 */
export function halfKernel(kernel: number, stride: number): Padding {
  return stride === 1 || kernel === 1 ? "same" : (kernel - 1) / 2;
}

/** Which framework's padding and batch norms a network has; names and shapes of its tensors tell nothing of it. */
export type MadeBy = "torch" | "tensorflow";

/** By the framework that the weights were trained with; timm's `tf_…` keep TensorFlow's. */
export const CONVENTIONS: Readonly<
  Record<MadeBy, { readonly padding: (kernel: number, stride: number) => Padding; readonly epsilon: number }>
> = {
  torch: { padding: halfKernel, epsilon: EPSILON },
  tensorflow: { padding: () => "same", epsilon: 1e-3 },
};

interface Shape {
  readonly kernel: number;
  readonly stride: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly activation: Activation;
}

/** A convolution with half a kernel around the image, a batch norm and an activation. */
export function torchUnit<Kind extends "full" | "depthwise">(name: string, kind: Kind, shape: Shape) {
  return { name, kind, ...shape, padding: halfKernel(shape.kernel, shape.stride) };
}
