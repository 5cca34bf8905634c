/** Where a list of images is cut into shards before their digests are known: into stretches of it, by their paths. */
import { createHash } from "node:crypto";

/** The list from one place, inclusive, to another, exclusive. */
export type Stretch = readonly [from: number, to: number];

/** Of a path's digest; a number holds six exactly. */
const BYTES = 6;

/**
 * A stretch that has more images than a shard may have is cut before the one whose path has the least digest, though not so near to an end that
 * less than a quarter of a shard is left. So where a cut is depends on the paths around it and hardly on how many there are: images that come, go or
 * change their bytes concern the shard that they lie in, or cut it once more, and few others.
 * @param paths different, in the list's order
 * @param most images of a shard, from 2
 * @returns in the list's order; together they are all of it, none is empty, and where there are several each has at least
 *   a quarter of `most`, rounded down
 */
export function stretchesOf(paths: readonly string[], most: number): readonly Stretch[] {
  if (most < 2) throw new RangeError(`a shard of at most ${most} images cannot be cut`);
  const weights = Float64Array.from(paths, weightOf);
  const least = Math.max(1, Math.floor(most / 4));
  const found: Stretch[] = [];
  // What is to come, the first last: of hostile names a recursion would be as deep as there are shards.
  const open: Stretch[] = paths.length === 0 ? [] : [[0, paths.length]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [from, to] = next;
    if (to - from <= most) {
      found.push(next);
      continue;
    }
    const cut = lightest(weights, from + least, to - least);
    open.push([cut, to], [from, cut]);
  }
  return found;
}

function weightOf(path: string): number {
  return createHash("sha256").update(path).digest().readUIntBE(0, BYTES);
}

/** The first of the least in `[from, to]`. */
function lightest(weights: Float64Array, from: number, to: number): number {
  let best = from;
  for (let place = from + 1; place <= to; place++) {
    if ((weights[place] as number) < (weights[best] as number)) best = place;
  }
  return best;
}
