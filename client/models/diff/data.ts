/** What changed between two datasets, image by image: by content, so that a file with another name is the same image. */
import type { Listed, Split } from "../../../spec/records/dataset.js";

/** An image as both sides are compared by it. */
export interface DiffImage {
  readonly path: string;
  /** SHA-256 of the file's bytes. */
  readonly sha256: string;
  /** The class' name: its number may be another one on the other side. */
  readonly label: string;
  readonly split: Split;
}

export interface ClassData {
  readonly name: string;
  /** Images of the class on each side. */
  readonly a: number;
  readonly b: number;
  readonly added: number;
  readonly removed: number;
  /** Images that had another label in A, and that have another one in B. */
  readonly gained: number;
  readonly lost: number;
}

export interface DataDiff {
  readonly images: { readonly a: number; readonly b: number };
  /** With the same label in the same split. */
  readonly same: number;
  readonly added: Listed<DiffImage>;
  readonly removed: Listed<DiffImage>;
  /** Of B, with the label that they had in A. */
  readonly relabelled: Listed<DiffImage & { readonly from: string }>;
  /** In both, in another split; how many by from where to where, the most first. */
  readonly moved: readonly { readonly from: Split; readonly to: Split; readonly images: number }[];
  /** By name. */
  readonly classes: readonly ClassData[];
}

/** More are counted, and not named. */
const MOST_SHOWN = 20;

/** Of a file that is there several times each counts: one that is there once more was added. */
export function dataDiff(a: readonly DiffImage[], b: readonly DiffImage[]): DataDiff {
  const { pairs, added, removed } = paired(a, b);
  const relabelled = pairs.flatMap(([one, other]) =>
    one.label === other.label ? [] : [{ ...other, from: one.label }],
  );
  const names = [...new Set([...a, ...b].map(({ label }) => label))].sort();
  const count = (images: readonly { readonly label: string }[], name: string): number =>
    images.filter(({ label }) => label === name).length;
  return {
    images: { a: a.length, b: b.length },
    same: pairs.filter(([one, other]) => one.label === other.label && one.split === other.split).length,
    added: listed(added),
    removed: listed(removed),
    relabelled: listed(relabelled),
    moved: movesOf(pairs),
    classes: names.map((name) => ({
      name,
      a: count(a, name),
      b: count(b, name),
      added: count(added, name),
      removed: count(removed, name),
      gained: count(relabelled, name),
      lost: relabelled.filter(({ from }) => from === name).length,
    })),
  };
}

type Pair = readonly [a: DiffImage, b: DiffImage];

interface Paired {
  readonly pairs: readonly Pair[];
  readonly added: readonly DiffImage[];
  readonly removed: readonly DiffImage[];
}

/** Of equal bytes, those that differ least are paired: first the same label and split, then the same label, then any. */
function paired(a: readonly DiffImage[], b: readonly DiffImage[]): Paired {
  const [ofA, ofB] = [byDigest(a), byDigest(b)];
  const pairs: Pair[] = [];
  const added: DiffImage[] = [];
  const removed: DiffImage[] = [];
  const alike: readonly ((one: DiffImage, other: DiffImage) => boolean)[] = [
    (one, other) => one.label === other.label && one.split === other.split,
    (one, other) => one.label === other.label,
    () => true,
  ];
  for (const digest of new Set([...ofA.keys(), ...ofB.keys()])) {
    let left = ofA.get(digest) ?? [];
    const right = [...(ofB.get(digest) ?? [])];
    for (const isAlike of alike) {
      left = left.filter((one) => {
        const at = right.findIndex((other) => isAlike(one, other));
        if (at < 0) return true;
        pairs.push([one, ...right.splice(at, 1)] as unknown as Pair);
        return false;
      });
    }
    removed.push(...left);
    added.push(...right);
  }
  return { pairs, added, removed };
}

function byDigest(images: readonly DiffImage[]): ReadonlyMap<string, readonly DiffImage[]> {
  const found = new Map<string, DiffImage[]>();
  for (const image of images) {
    const known = found.get(image.sha256);
    if (known === undefined) found.set(image.sha256, [image]);
    else known.push(image);
  }
  return found;
}

function movesOf(pairs: readonly Pair[]): DataDiff["moved"] {
  const moves = new Map<string, { readonly from: Split; readonly to: Split; images: number }>();
  for (const [{ split: from }, { split: to }] of pairs) {
    if (from === to) continue;
    const move = moves.get(`${from} ${to}`) ?? { from, to, images: 0 };
    moves.set(`${from} ${to}`, { ...move, images: move.images + 1 });
  }
  return [...moves.values()].sort((one, other) => other.images - one.images);
}

function listed<Image extends DiffImage>(images: readonly Image[]): Listed<Image> {
  const sorted = images.toSorted((one, other) => (one.path < other.path ? -1 : 1));
  return { count: images.length, shown: sorted.slice(0, MOST_SHOWN) };
}
