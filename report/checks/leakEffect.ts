/** What copies on both sides of the user's own splits mean for the figures. */
import type { Evaluation } from "../../spec/records/evaluation.js";

/** The end of a sentence that says that the copies were left where they are. */
export function leakEffect(leaked: Evaluation["leaked"]): string {
  if (leaked?.accuracyOfOthers === undefined) return "so the figures may be too good";
  return leaked.accuracy > leaked.accuracyOfOthers
    ? "so the test accuracy is probably too good"
    : "though the test images among them are not recognised better than the others";
}
