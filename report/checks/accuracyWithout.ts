/** Accuracy on some of the test images, and on the others. */
import type { Evaluation, Prediction } from "../../spec/records/evaluation.js";

/**
 * @param predictions of test images
 * @param some paths; those that are no test images do not count
 * @returns undefined when none of them is a test image
 */
export function accuracyWithout(
  predictions: readonly Pick<Prediction, "path" | "label" | "predicted">[],
  some: ReadonlySet<string>,
): Evaluation["leaked"] {
  const accuracy = (part: typeof predictions): number =>
    part.filter(({ label, predicted }) => label === predicted).length / part.length;
  const inside = predictions.filter(({ path }) => some.has(path));
  const others = predictions.filter(({ path }) => !some.has(path));
  if (inside.length === 0) return undefined;
  return {
    images: inside.length,
    accuracy: accuracy(inside),
    ...(others.length === 0 ? {} : { accuracyOfOthers: accuracy(others) }),
  };
}
