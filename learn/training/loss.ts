/** Softmax cross-entropy, in a graph with its gradient and on the host without. */
import { attribute, type Graph, type Value } from "../graph/graph.js";
import { divide, sum } from "../ops.js";

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

/**
 * Mean cross-entropy between `softmax(logits)` and the targets, in nats, and its gradient.
 * @param logits `[batch, classes]`
 * @param targets `[batch, classes]`, rows sum to 1
 */
export function softmaxCrossEntropy(
  graph: Graph,
  logits: Value,
  targets: Value,
): { readonly loss: Value; readonly dLogits: Value } {
  const T = attribute.float32;
  const outputs = graph.ops("SoftmaxCrossEntropyWithLogits", { T }, [logits, targets], 2);
  const [losses, perImage] = outputs as [Value, Value];
  const batch = graph.op("Size", { T, out_type: attribute.int32 }, [losses]);
  const images = graph.op("Cast", { SrcT: attribute.int32, DstT: T, Truncate: attribute.flag(false) }, [
    batch,
  ]);
  return { loss: divide(graph, sum(graph, losses, [0]), images), dLogits: divide(graph, perImage, images) };
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
