/** Folds for cross-validation: every class spread evenly, a group of images never divided. */
import { permutation, randomStream } from "../../rng/stream.js";

/**
 * The fold of each image. Groups are taken largest first (equal ones in an order drawn from `seed`); each goes to
 * the fold that has fewest images of the group's most frequent class, then fewest in all.
 */
export function stratifiedFolds(
  labels: readonly number[],
  groups: readonly string[],
  folds: number,
  seed: number,
): number[] {
  const members = new Map<string, number[]>();
  groups.forEach((id, image) => {
    members.set(id, [...(members.get(id) ?? []), image]);
  });
  const ids = [...members.keys()].sort();
  const order = Array.from(permutation(ids.length, randomStream(seed, "folds")), (i) => ids[i] as string);
  order.sort((a, b) => (members.get(b)?.length ?? 0) - (members.get(a)?.length ?? 0));
  const ofClass = Array.from({ length: folds }, () => new Map<number, number>());
  const inAll = new Array<number>(folds).fill(0);
  const result = labels.map(() => 0);
  for (const id of order) {
    const images = members.get(id) ?? [];
    const label = mostFrequent(images.map((image) => labels[image] as number));
    const fold = leastIndex(folds, (f) => [ofClass[f]?.get(label) ?? 0, inAll[f] as number]);
    for (const image of images) {
      const counts = ofClass[fold] as Map<number, number>;
      const own = labels[image] as number;
      counts.set(own, (counts.get(own) ?? 0) + 1);
      inAll[fold] = (inAll[fold] as number) + 1;
      result[image] = fold;
    }
  }
  return result;
}

function mostFrequent(labels: readonly number[]): number {
  const count = (label: number): number => labels.filter((other) => other === label).length;
  return labels.reduce((a, b) => (count(b) > count(a) ? b : a));
}

/** The first index with the smallest pair of counts. */
function leastIndex(length: number, countsOf: (index: number) => readonly [number, number]): number {
  let least = 0;
  for (let i = 1; i < length; i++) {
    const [a, b] = countsOf(i);
    const [c, d] = countsOf(least);
    if (a < c || (a === c && b < d)) least = i;
  }
  return least;
}

/** How many different groups hold images of the class that has fewest. */
export function fewestGroups(labels: readonly number[], groups: readonly string[], classes: number): number {
  const counts = Array.from(
    { length: classes },
    (_, c) => new Set(groups.filter((_, image) => labels[image] === c)).size,
  );
  return Math.min(...counts);
}
