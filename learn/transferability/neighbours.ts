/** Accuracy of the nearest neighbours in the features, each image against all others. */
import { dot, gram, type Matrix, row } from "./matrix.js";

/** Few enough for classes of five images, more than one so that a single odd neighbour does not decide. */
export const NEIGHBOURS = 5;

/**
 * Leave-one-out accuracy of a majority vote of the nearest images by cosine; the nearest one breaks ties. Images
 * of one group do not vote for each other: a duplicate would always be right.
 * @param features `[images, features]`
 * @returns share of images in [0, 1]
 */
export function neighbourAccuracy(
  features: Matrix,
  labels: readonly number[],
  groups: readonly string[],
  k = NEIGHBOURS,
): number {
  const unit: Matrix = { ...features, data: Float64Array.from(features.data) };
  for (let i = 0; i < unit.rows; i++) {
    const values = row(unit, i);
    const length = Math.sqrt(dot(values, values)) || 1;
    for (let j = 0; j < values.length; j++) values[j] = (values[j] as number) / length;
  }
  const similarity = gram(unit);
  const correct = labels.filter((label, i) => {
    const near = row(similarity, i);
    const others = labels.flatMap((_, j) => (groups[j] === groups[i] ? [] : [j]));
    others.sort((a, b) => (near[b] as number) - (near[a] as number));
    return vote(others.slice(0, k).map((j) => labels[j] as number)) === label;
  });
  return correct.length / labels.length;
}

/** The most frequent label; of equally frequent ones the first. */
function vote(labels: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return labels.find((label) => counts.get(label) === most);
}
