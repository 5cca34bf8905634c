/** The new fully connected head on the base's pooled features. */
import type { Tensor1D, Tensor2D } from "../engine.js";
import type { Parameters } from "./parameters.js";
import { parameter } from "./parameters.js";

export const HEAD_KERNEL = "head.kernel";
export const HEAD_BIAS = "head.bias";

/** A head of zeros: the first prediction is uniform, and the first gradient exact. */
export function zeroHead(features: number, classes: number): Parameters {
  return new Map([
    [HEAD_KERNEL, { shape: [features, classes], data: new Float32Array(features * classes) }],
    [HEAD_BIAS, { shape: [classes], data: new Float32Array(classes) }],
  ]);
}

/** Logits of a batch of features. @param features `[batch, features]` @returns `[batch, classes]` */
export function denseLogits(features: Tensor2D, kernel: Tensor2D, bias: Tensor1D): Tensor2D {
  // Methods instead of functions: what only reads a head need not load TensorFlow.
  return features.matMul<Tensor2D>(kernel).add(bias);
}

/** Mean and standard deviation of each feature. */
export interface FeatureScale {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
}

/** Features that hardly vary must not be blown up. */
const SMALLEST_DEVIATION = 1e-3;

/** Column-wise statistics of `rows × features` values. */
export function featureScale(values: Float32Array, features: number): FeatureScale {
  const rows = values.length / features;
  const mean = new Float64Array(features);
  const square = new Float64Array(features);
  for (let start = 0; start < values.length; start += features) {
    for (let f = 0; f < features; f++) mean[f] = (mean[f] as number) + (values[start + f] as number) / rows;
  }
  for (let start = 0; start < values.length; start += features) {
    for (let f = 0; f < features; f++) {
      square[f] = (square[f] as number) + ((values[start + f] as number) - (mean[f] as number)) ** 2 / rows;
    }
  }
  return {
    mean: Float32Array.from(mean),
    deviation: Float32Array.from(square, (value) => Math.max(Math.sqrt(value), SMALLEST_DEVIATION)),
  };
}

/** The head on raw features that equals `head` on standardized ones: `k / σ` and `b − Σ μ k / σ`. */
export function foldScale(head: Parameters, scale: FeatureScale): Parameters {
  const kernel = parameter(head, HEAD_KERNEL);
  const bias = parameter(head, HEAD_BIAS);
  const classes = bias.data.length;
  const foldedKernel = kernel.data.map(
    (value, i) => value / (scale.deviation[Math.floor(i / classes)] as number),
  );
  const foldedBias = Float64Array.from(bias.data);
  foldedKernel.forEach((value, i) => {
    const c = i % classes;
    foldedBias[c] = (foldedBias[c] as number) - value * (scale.mean[Math.floor(i / classes)] as number);
  });
  return new Map([
    [HEAD_KERNEL, { shape: kernel.shape, data: foldedKernel }],
    [HEAD_BIAS, { shape: bias.shape, data: Float32Array.from(foldedBias) }],
  ]);
}
