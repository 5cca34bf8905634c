/** Which held-out images have a copy outside of the test split, before a repair takes the copies away. */
import type { ImageRecord, Split } from "../../spec/records/dataset.js";

/**
 * @param copies groups of copies, as positions in `images`
 * @param splits of all images, those included that a repair has left out
 * @returns by position: `bytes` where a copy is the same file, `look` where copies only look the same
 */
export function findTwins(
  images: readonly { readonly sha256: string }[],
  copies: readonly (readonly number[])[],
  splits: readonly (Split | undefined)[],
): ReadonlyMap<number, NonNullable<ImageRecord["twin"]>> {
  const twins = new Map<number, NonNullable<ImageRecord["twin"]>>();
  for (const group of copies) {
    const others = group.filter((index) => splits[index] !== "test");
    const digests = new Set(others.map((index) => images[index]?.sha256));
    if (others.length === 0) continue;
    for (const index of group) {
      if (splits[index] === "test") twins.set(index, digests.has(images[index]?.sha256) ? "bytes" : "look");
    }
  }
  return twins;
}
