/** How unequal the classes are, and which are too small to be learned or judged. */
import type { DataFaults } from "../../spec/records/dataset.js";

/** Below this a class cannot serve five folds of a cross-validation; see also the refusal of fine-tuning in issue 5. */
const HOPELESS = 5;
/** With fewer, a fifth held out is less than four images: one of them is 25 points of the class's recall. */
const SCARCE = 20;

/** @param counts images of each class, in the order of the classes; none is 0 */
export function measureImbalance(counts: readonly number[]): DataFaults["imbalance"] {
  const smallest = counts.reduce((best, count, label) => (count < (counts[best] ?? 0) ? label : best), 0);
  const largest = counts.reduce((best, count, label) => (count > (counts[best] ?? 0) ? label : best), 0);
  const below = (limit: number): number[] => counts.flatMap((count, label) => (count < limit ? [label] : []));
  return {
    ratio: (counts[largest] ?? 0) / (counts[smallest] ?? 1),
    smallest,
    largest,
    below5: below(HOPELESS),
    below20: below(SCARCE),
  };
}
