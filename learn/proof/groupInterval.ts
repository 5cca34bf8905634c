/** The interval of a difference of accuracies where images come in groups that are no independent witnesses. */
import type { RandomStream } from "../../rng/stream.js";

/** What a group of images does for the difference. */
export interface GroupDifference {
  /** Images that the challenger gains, less those that it loses. */
  readonly gained: number;
  readonly images: number;
}

/** Draws: the ends of a 99 % interval then have a standard error of a few hundredths of its width. */
const DRAWS = 4000;

/**
 * Percentiles of the difference over groups drawn with replacement (Efron's bootstrap, by clusters).
 * @param level probability that is left out at each end, in (0, 0.5)
 * @param stream which groups are drawn; used up
 */
export function groupInterval(
  groups: readonly GroupDifference[],
  level: number,
  stream: RandomStream,
): readonly [number, number] {
  const count = groups.length;
  // Numbers side by side: hundreds of thousands of them are read in no order.
  const gains = Int32Array.from(groups, (group) => group.gained);
  const sizes = Int32Array.from(groups, (group) => group.images);
  const drawn = new Float64Array(DRAWS);
  let word = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    let gained = 0;
    let images = 0;
    for (let i = 0; i < count; i++) {
      const group = Math.floor(stream.uniform(word++) * count);
      gained += gains[group] as number;
      images += sizes[group] as number;
    }
    drawn[draw] = gained / images;
  }
  drawn.sort();
  const at = (share: number): number =>
    drawn[Math.min(DRAWS - 1, Math.max(0, Math.round(share * (DRAWS - 1))))] as number;
  return [at(level), at(1 - level)];
}
