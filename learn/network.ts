/** Runs a range of a network's layer groups, frozen or trainable. */
import type { Architecture, Block, ConvUnit } from "./bases/architecture.js";
import { kernelShape } from "./bases/architecture.js";
import { type Tensor, type Tensor1D, type Tensor2D, type Tensor4D, tf } from "./engine.js";
import { type Activation, convolve, convolveWithGradient } from "./ops.js";
import { type Parameters, parameter } from "./parameters.js";

/** A unit with its batch norm folded into the convolution. The tensors belong to whoever made them. */
export interface FoldedUnit {
  readonly kernel: Tensor4D;
  readonly bias: Tensor1D;
}

/**
 * Folds batch normalization with fixed statistics into a convolution:
 * `gamma · (conv(x, w) − mean) / sqrt(variance + ε) + beta = conv(x, w · s) + (beta − mean · s)`
 * with `s = gamma / sqrt(variance + ε)` for each output channel.
 */
export function foldUnit(parameters: Parameters, unit: ConvUnit, epsilon: number): FoldedUnit {
  const gamma = parameter(parameters, `${unit.name}.gamma`).data;
  const beta = parameter(parameters, `${unit.name}.beta`).data;
  const mean = parameter(parameters, `${unit.name}.mean`).data;
  const variance = parameter(parameters, `${unit.name}.variance`).data;
  const kernel = parameter(parameters, `${unit.name}.kernel`).data;
  const channels = unit.outChannels;
  const scale = Float32Array.from(gamma, (value, c) => value / Math.sqrt((variance[c] ?? 0) + epsilon));
  // The output channel is the last axis of both layouts ([h, w, channels, 1] has a last axis of one).
  const folded = kernel.map((value, i) => value * (scale[i % channels] ?? 0));
  const bias = Float32Array.from(beta, (value, c) => value - (mean[c] ?? 0) * (scale[c] ?? 0));
  return { kernel: tf.tensor4d(folded, [...kernelShape(unit)]), bias: tf.tensor1d(bias) };
}

/** How a unit is computed; frozen, tuned and batch-normalized networks differ only in this. */
export type UnitForward = (unit: ConvUnit, x: Tensor4D) => Tensor4D;

function forwardBlock(block: Block, x: Tensor4D, forward: UnitForward): Tensor4D {
  let y = x;
  for (const unit of block.units) y = forward(unit, y);
  return block.residual ? tf.add(y, x) : y;
}

/** Runs layer groups `[from, to)` of the network. */
export function forwardGroups(
  architecture: Architecture,
  from: number,
  to: number,
  x: Tensor4D,
  forward: UnitForward,
): Tensor4D {
  let y = x;
  for (const group of architecture.groups.slice(from, to)) {
    for (const block of group.blocks) y = forwardBlock(block, y, forward);
  }
  return y;
}

/** Global average pooling: `[batch, h, w, c]` → `[batch, c]`. */
export function poolFeatures(x: Tensor4D): Tensor2D {
  return tf.mean(x, [1, 2]) as Tensor2D;
}

/** Layer groups `[from, to)` with constant weights, folded once. Call `dispose` when done. */
export interface FrozenGroups {
  readonly from: number;
  readonly to: number;
  /** @param x input of group `from` @returns output of group `to - 1`; the caller owns it */
  run(x: Tensor4D): Tensor4D;
  dispose(): void;
}

export function freezeGroups(
  architecture: Architecture,
  parameters: Parameters,
  from: number,
  to: number,
): FrozenGroups {
  const folded = new Map<string, FoldedUnit>();
  for (const group of architecture.groups.slice(from, to)) {
    for (const unit of group.blocks.flatMap((block) => block.units)) {
      folded.set(unit.name, foldUnit(parameters, unit, architecture.epsilon));
    }
  }
  const forward: UnitForward = (unit, x) => {
    const weights = folded.get(unit.name);
    if (weights === undefined) throw new Error(`${unit.name} is not part of the frozen groups`);
    return convolve(unit.kind, x, weights.kernel, weights.bias, unit.stride, unit.activation);
  };
  return {
    from,
    to,
    // Not one tidy around everything: each block frees its intermediates as soon as it is done.
    run: (x) => {
      let y = x;
      for (const group of architecture.groups.slice(from, to)) {
        for (const block of group.blocks) {
          const next = tf.tidy(() => forwardBlock(block, y, forward));
          if (y !== x) y.dispose();
          y = next;
        }
      }
      return y === x ? tf.clone(x) : y;
    },
    dispose: () => {
      for (const { kernel, bias } of folded.values()) tf.dispose([kernel, bias]);
    },
  };
}

/** A trainable unit's tensors: the convolution and the affine part of its batch norm. */
export interface TrainableUnit {
  readonly kernel: Tensor4D;
  readonly gamma: Tensor1D;
  readonly beta: Tensor1D;
}

/**
 * Forward pass of a unit under training with its batch norm statistics frozen: the statistics are
 * constants, so the norm is folded into the convolution inside the graph. Gradients reach the kernel,
 * gamma and beta exactly as without folding, at the cost of a convolution with bias.
 * @param deviation `[out]`, `sqrt(variance + ε)`
 */
export function tunedUnitForward(
  unit: ConvUnit,
  x: Tensor4D,
  weights: TrainableUnit,
  mean: Tensor1D,
  deviation: Tensor1D,
  inputIsConstant: boolean,
): Tensor4D {
  const scale = tf.div<Tensor1D>(weights.gamma, deviation);
  const perKernel: Tensor = unit.kind === "depthwise" ? tf.reshape(scale, [unit.outChannels, 1]) : scale;
  const kernel = tf.mul<Tensor4D>(weights.kernel, perKernel);
  const bias = tf.sub<Tensor1D>(weights.beta, tf.mul(mean, scale));
  const activation: Activation = unit.activation;
  return convolveWithGradient(unit.kind, x, kernel, bias, unit.stride, activation, inputIsConstant);
}
