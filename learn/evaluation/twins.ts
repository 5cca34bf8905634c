/** The test accuracy without the test images that have a copy among the images that are learned from. */
import type { ImageRecord } from "../../spec/records/dataset.js";
import type { Evaluation, Prediction } from "../../spec/records/evaluation.js";
import { leakedAccuracy } from "./leakedAccuracy.js";

/**
 * A repair takes the copies out of the training images, and still the test images are not like others: what was copied
 * once may be there in other forms, and published figures count them.
 * @param predictions of test images
 * @returns undefined when no test image has a twin
 */
export function twinAccuracy(
  records: readonly Pick<ImageRecord, "path" | "group" | "split" | "twin">[],
  predictions: readonly Pick<Prediction, "path" | "label" | "predicted">[],
): Evaluation["twins"] {
  const twins = new Map(records.flatMap(({ path, twin }) => (twin === undefined ? [] : [[path, twin]])));
  const having = predictions.filter(({ path }) => twins.has(path));
  if (having.length === 0) return undefined;
  const others = predictions.filter(({ path }) => !twins.has(path));
  const accuracy = (some: typeof predictions): number =>
    some.filter(({ label, predicted }) => label === predicted).length / some.length;
  const bytes = having.filter(({ path }) => twins.get(path) === "bytes").length;
  return {
    images: having.length,
    sameBytes: bytes,
    sameLook: having.length - bytes,
    stillThere: leakedAccuracy(records, having)?.images ?? 0,
    accuracy: accuracy(having),
    ...(others.length === 0 ? {} : { accuracyOfOthers: accuracy(others) }),
  };
}
