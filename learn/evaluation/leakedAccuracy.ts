/** What the test accuracy is with and without the test images whose copies were trained on. */
import type { ImageRecord } from "../../spec/records/dataset.js";
import type { Evaluation, Prediction } from "../../spec/records/evaluation.js";

/**
 * @param predictions of test images
 * @returns undefined when no test image shares its group with an image of another split, as it must be unless the
 *   user's own splits leak and were left so
 */
export function leakedAccuracy(
  records: readonly Pick<ImageRecord, "path" | "group" | "split">[],
  predictions: readonly Pick<Prediction, "path" | "label" | "predicted">[],
): Evaluation["leaked"] {
  const known = new Set(records.filter(({ split }) => split !== "test").map(({ group }) => group));
  const leaked = new Set(
    records.filter(({ split, group }) => split === "test" && known.has(group)).map(({ path }) => path),
  );
  if (leaked.size === 0) return undefined;
  const accuracy = (some: typeof predictions): number =>
    some.filter(({ label, predicted }) => label === predicted).length / some.length;
  const others = predictions.filter(({ path }) => !leaked.has(path));
  return {
    images: leaked.size,
    accuracy: accuracy(predictions.filter(({ path }) => leaked.has(path))),
    ...(others.length === 0 ? {} : { accuracyOfOthers: accuracy(others) }),
  };
}
