/** Which test images stand for a class: those that the model rightly gave it with most confidence. */
import type { Prediction } from "../../spec/records/evaluation.js";

/** A screenful or two of pictures. */
const MOST_PICTURES = 48;
const MOST_OF_A_CLASS = 4;

/**
 * @returns paths for each class, the most confident first; fewer of each where there are many classes, and none of
 *   the classes past as many as there are pictures
 */
export function surestOfEachClass(predictions: readonly Prediction[], classes: number): string[][] {
  const each = Math.max(1, Math.min(MOST_OF_A_CLASS, Math.floor(MOST_PICTURES / classes)));
  return Array.from({ length: classes }, (_, label) =>
    predictions
      .filter((prediction) => prediction.label === label && prediction.predicted === label)
      .sort((a, b) => b.confidence - a.confidence)
      .slice(0, label < MOST_PICTURES ? each : 0)
      .map(({ path }) => path),
  );
}
