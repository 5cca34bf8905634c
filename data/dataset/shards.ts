/** Which image is in which shard: by the first bits of its digest, so that new images leave most shards as they are. */
import type { ImageRecord } from "../../spec/records/dataset.js";
import type { Shard, ShardImage } from "../../spec/records/features.js";
import { viewsOf } from "../views/count.js";

const BITS_OF_DIGIT = 4;

/**
 * Every image once, whatever its copies; the most views that one of them has.
 * @param perImage views of a training image
 */
export function distinctImages(
  records: readonly Pick<ImageRecord, "sha256" | "split">[],
  perImage: number,
): readonly ShardImage[] {
  const most = new Map<string, number>();
  for (const record of records)
    most.set(record.sha256, Math.max(most.get(record.sha256) ?? 0, viewsOf(record, perImage)));
  return [...most].map(([sha256, views]) => ({ sha256, views }));
}

/**
 * A range of digests is halved while it has more images than a shard may have: so one image more or less changes its own
 * range, or halves that, and no other. Digests are as good as drawn, so shards have between half of `most` and `most` images.
 * @param images with different digests
 * @param most images of a shard, from 1
 * @returns in the order of the digests; none is empty
 */
export function shardsOf(images: readonly ShardImage[], most: number): readonly Shard[] {
  const sorted = images.toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  const shards: Shard[] = [];
  const divide = (prefix: string, from: number, to: number): void => {
    if (from === to) return;
    if (to - from <= most) {
      shards.push({ prefix, images: sorted.slice(from, to) });
      return;
    }
    const middle = firstWithBit(sorted, from, to, prefix.length);
    divide(`${prefix}0`, from, middle);
    divide(`${prefix}1`, middle, to);
  };
  divide("", 0, sorted.length);
  return shards;
}

/** First index in `[from, to)` of a digest in which that bit is set; all before it are equal in the bits before. */
function firstWithBit(sorted: readonly ShardImage[], from: number, to: number, bit: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bitOf((sorted[middle] as ShardImage).sha256, bit)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** @throws RangeError beyond the digest's end: two of the images are the same */
function bitOf(sha256: string, bit: number): boolean {
  const digit = Number.parseInt(sha256[Math.floor(bit / BITS_OF_DIGIT)] ?? "", 16);
  if (Number.isNaN(digit)) throw new RangeError(`the digest ${sha256} is in the set twice, or is none`);
  return ((digit >> (BITS_OF_DIGIT - 1 - (bit % BITS_OF_DIGIT))) & 1) === 1;
}
