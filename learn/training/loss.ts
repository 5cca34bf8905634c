/** Softmax cross-entropy, on tensors with its gradient and on the host without. */
import { attribute, nativeOps, type Tensor, type Tensor1D, type Tensor2D, tf } from "../engine.js";

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
 * Mean cross-entropy between `softmax(logits)` and the targets, in nats; differentiable in the logits.
 * @param logits `[batch, classes]`
 * @param targets `[batch, classes]`, rows sum to 1
 */
export function softmaxCrossEntropy(logits: Tensor2D, targets: Tensor2D): Tensor {
  const step = tf.customGrad((...args: (Tensor | ((values: Tensor[]) => void))[]) => {
    const [input, save] = args as [Tensor2D, (values: Tensor[]) => void];
    const [loss, toLogits] = nativeOps(
      "SoftmaxCrossEntropyWithLogits",
      [attribute.float32("T")],
      [input, targets],
      2,
    ) as [Tensor1D, Tensor2D];
    save([toLogits]);
    return {
      value: tf.mean(loss),
      gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(saved[0] as Tensor2D, tf.div(dy, input.shape[0])),
    };
  });
  return step(logits);
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
