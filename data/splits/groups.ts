/** Which images belong together and must not be torn apart by a split. */
import { nearDuplicates } from "../image/nearDuplicates.js";

/** What grouping reads of an image. */
export interface Groupable {
  readonly path: string;
  readonly sha256: string;
  readonly phash: string;
  /** The user's own group, from a manifest. */
  readonly group?: string;
}

export interface Grouping {
  /** For each image the id of its group: the path of the group's first image. */
  readonly ids: readonly string[];
  /** Positions of images that look the same or are the same bytes, whatever the user's groups say; two or more each. */
  readonly copies: readonly (readonly number[])[];
}

/** Joins images of the same bytes, of (nearly) the same look, and of the same user's group. */
export function groupImages(images: readonly Groupable[]): Grouping {
  const sets = disjointSets(images.length);
  joinEqual(sets, images, (image) => image.sha256);
  for (const [a, b] of nearDuplicates(images.map((image) => image.phash))) sets.join(a, b);
  const copies = setsOfSeveral(images.length, sets);
  joinEqual(sets, images, (image) => image.group);
  // The smallest index leads a set, so ids do not depend on the order of the joins.
  const ids = images.map((_, index) => images[sets.find(index)]?.path as string);
  return { ids, copies };
}

/** Members of each set that has several, the sets by their first one. */
function setsOfSeveral(size: number, sets: DisjointSets): readonly (readonly number[])[] {
  const sizes = new Uint32Array(size);
  for (let index = 0; index < size; index++) {
    const first = sets.find(index);
    sizes[first] = (sizes[first] as number) + 1;
  }
  // Most images are alone: a list for each of them would take more memory than its record.
  const members = new Map<number, number[]>();
  for (let index = 0; index < size; index++) {
    const first = sets.find(index);
    if (sizes[first] === 1) continue;
    const own = members.get(first);
    if (own === undefined) members.set(first, [index]);
    else own.push(index);
  }
  return [...members.values()];
}

function joinEqual(
  sets: DisjointSets,
  images: readonly Groupable[],
  keyOf: (image: Groupable) => string | undefined,
): void {
  const first = new Map<string, number>();
  images.forEach((image, index) => {
    const key = keyOf(image);
    if (key === undefined) return;
    const same = first.get(key);
    if (same === undefined) first.set(key, index);
    else sets.join(same, index);
  });
}

interface DisjointSets {
  /** The smallest member of the set of `index`. */
  find(index: number): number;
  join(a: number, b: number): void;
}

/** Union–find with path halving (Tarjan, van Leeuwen 1984); the smallest member is always the root. */
export function disjointSets(size: number): DisjointSets {
  const parents = Uint32Array.from({ length: size }, (_, index) => index);
  const parent = (index: number): number => parents[index] as number;
  const find = (index: number): number => {
    let at = index;
    while (parent(at) !== at) {
      parents[at] = parent(parent(at));
      at = parent(at);
    }
    return at;
  };
  const join = (a: number, b: number): void => {
    const [low, high] = [find(a), find(b)].sort((x, y) => x - y) as [number, number];
    parents[high] = low;
  };
  return { find, join };
}
