/** Softmax cross-entropy and focal loss, in a graph with their gradients and on the host without. */
import { attribute, type Graph, type Value } from "../../graph/graph.js";
import { divide, multiply, subtract, sum } from "../../network/arithmetic.js";

/** A probability of zero would make the loss infinite; float32 cannot tell smaller ones apart anyway. */
const SMALLEST_PROBABILITY = 1e-12;

/** Cross-entropy of one image in nats. @param probability of its true class */
export function lossOf(probability = 0): number {
  return -Math.log(Math.max(probability, SMALLEST_PROBABILITY));
}

/**
 * Target distribution with label smoothing (Szegedy et al., CVPR 2016): `(1 − s)` on the label plus
 * `s / classes` on every class.
 * @returns `[labels.length, classes]`, row-major
 */
export function smoothedTargets(labels: readonly number[], classes: number, smoothing: number): Float32Array {
  const targets = new Float32Array(labels.length * classes).fill(smoothing / classes);
  labels.forEach((label, row) => {
    const at = row * classes + label;
    targets[at] = (targets[at] ?? 0) + 1 - smoothing;
  });
  return targets;
}

/** A loss, and its gradient with respect to the logits. */
export interface Loss {
  readonly loss: Value;
  readonly dLogits: Value;
}

/**
 * Mean cross-entropy between `softmax(logits)` and the targets, in nats, and its gradient.
 * @param logits `[batch, classes]`
 * @param targets `[batch, classes]`, rows sum to 1
 */
export function softmaxCrossEntropy(graph: Graph, logits: Value, targets: Value): Loss {
  const T = attribute.float32;
  const outputs = graph.ops("SoftmaxCrossEntropyWithLogits", { T }, [logits, targets], 2);
  const [losses, perImage] = outputs as [Value, Value];
  return meanOverImages(graph, losses, perImage);
}

/** @param losses `[batch]` @param perImage gradient of each of them, `[batch, classes]` */
function meanOverImages(graph: Graph, losses: Value, perImage: Value): Loss {
  const T = attribute.float32;
  const batch = graph.op("Size", { T, out_type: attribute.int32 }, [losses]);
  const images = graph.op("Cast", { SrcT: attribute.int32, DstT: T, Truncate: attribute.flag(false) }, [
    batch,
  ]);
  return { loss: divide(graph, sum(graph, losses, [0]), images), dLogits: divide(graph, perImage, images) };
}

export interface LossWeights {
  /** Focusing parameter γ of focal loss; 0 for cross-entropy. */
  readonly gamma: number;
  /** Factor of each class. */
  readonly classWeights?: readonly number[];
}

/**
 * Focal loss (Lin et al., "Focal loss for dense object detection", ICCV 2017) over softmax probabilities `p`, for
 * targets `t` that may be smoothed or mixed, with a weight `w` a class:
 *
 *     Σ_c w_c t_c (1 − p_c)^γ · −ln p_c, mean over the images of the batch.
 *
 * At γ = 0 that is cross-entropy with class weights as PyTorch has it for targets that are probabilities: the mean
 * divides by the number of images, not by the sum of their weights (as it does there for targets that are labels),
 * so that an image's part in the gradient does not depend on which others are in its batch.
 * @param logits `[batch, classes]`
 * @param targets `[batch, classes]`
 */
export function focalCrossEntropy(
  graph: Graph,
  logits: Value,
  targets: Value,
  { gamma, classWeights }: LossWeights,
): Loss {
  const T = attribute.float32;
  const constant = (value: number): Value => graph.floats([value]);
  const weighted =
    classWeights === undefined ? targets : multiply(graph, targets, graph.floats(classWeights));
  const logP = graph.op("LogSoftmax", { T }, [logits]);
  const p = graph.op("Exp", { T }, [logP]);
  // 1 − p without the loss of digits near p = 1; kept above zero for exponents below zero.
  const exact = graph.op("Neg", { T }, [graph.op("Expm1", { T }, [logP])]);
  const rest = graph.op("Maximum", { T }, [exact, constant(SMALLEST_PROBABILITY)]);
  const power = (exponent: number): Value => graph.op("Pow", { T }, [rest, constant(exponent)]);
  const focus = power(gamma);
  const losses = sum(graph, multiply(graph, weighted, multiply(graph, focus, logP)), [1]);
  // d/d ln p of (1 − p)^γ ln p is (1 − p)^γ − γ p (1 − p)^(γ−1) ln p.
  const bend = multiply(graph, multiply(graph, p, power(gamma - 1)), multiply(graph, logP, constant(gamma)));
  const perLogP = multiply(graph, weighted, subtract(graph, bend, focus));
  // d ln p_c / d logit_j is [c = j] − p_j.
  const total = graph.op("Sum", { T, Tidx: attribute.int32, keep_dims: attribute.flag(true) }, [
    perLogP,
    graph.integers([1]),
  ]);
  const perImage = subtract(graph, perLogP, multiply(graph, p, total));
  return meanOverImages(graph, graph.op("Neg", { T }, [losses]), perImage);
}

/** Plain cross-entropy has a kernel of its own, and its numbers are those of before there was a choice. */
export function trainingLoss(graph: Graph, logits: Value, targets: Value, weights: LossWeights): Loss {
  return weights.gamma === 0 && weights.classWeights === undefined
    ? softmaxCrossEntropy(graph, logits, targets)
    : focalCrossEntropy(graph, logits, targets, weights);
}

/** Probabilities of each row of `logits`, computed stably. @param logits `[rows, classes]`, row-major */
export function softmaxRows(logits: Float32Array, classes: number): Float32Array {
  const result = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < classes; c++) largest = Math.max(largest, logits[start + c] as number);
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp((logits[start + c] as number) - largest);
    for (let c = 0; c < classes; c++) {
      result[start + c] = Math.exp((logits[start + c] as number) - largest) / sum;
    }
  }
  return result;
}
