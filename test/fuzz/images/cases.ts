/** The file of a case: a picture, changed in its structure and now and then in its bytes as well. */
import { changedBytes, drawOf } from "./draw.js";
import type { Seed } from "./seeds.js";

export interface Case {
  /** The picture that was changed, for counts. */
  readonly seed: Seed;
  readonly bytes: Buffer;
}

/** One picture after the other, so that all kinds come, however few the cases. */
export function caseOf(seeds: readonly Seed[], seed: number, index: number): Case {
  const draw = drawOf(seed, index);
  const picture = seeds[index % seeds.length] as Seed;
  const isFirst = index < seeds.length;
  // Each as it is, once: a picture that is refused unchanged would prove nothing.
  if (isFirst) return { seed: picture, bytes: picture.bytes };
  const changed = picture.change(picture.bytes, draw);
  return {
    seed: picture,
    bytes: picture.isOther !== true && draw.oneIn(5) ? changedBytes(changed, draw) : changed,
  };
}
