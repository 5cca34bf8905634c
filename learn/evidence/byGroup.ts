/** Paired tests where images come in groups: a group is one witness, whatever its images say. */
import type { RandomStream } from "../../rng/stream.js";
import { binomialTail, changedImages } from "./mcnemar.js";
import { signFlipTest } from "./signFlip.js";

/** Whether any two images share a group. */
export function sharesGroups(groups: readonly string[]): boolean {
  return new Set(groups).size < groups.length;
}

/**
 * What each group's images come to, in the order in which groups are first met: its sum is as likely to have the other sign
 * as a single image's difference is, however its images hang together.
 * @param differences one an image
 * @param groups of each image the group it is in
 */
export function sumsByGroup(differences: readonly number[], groups: readonly string[]): readonly number[] {
  const sums = new Map<string, number>();
  differences.forEach((difference, image) => {
    const group = groups[image] as string;
    sums.set(group, (sums.get(group) ?? 0) + difference);
  });
  return [...sums.values()];
}

/** Images that changed sides between two models, and the chance of that. */
export interface PairedChange {
  /** Images that only the second, and that only the first model gets right. */
  readonly better: number;
  readonly worse: number;
  /** One-sided probabilities that chance makes accuracy rise, or fall, so much. */
  readonly rose: number;
  readonly fell: number;
}

/**
 * McNemar's exact test (Psychometrika 1947), and where images share groups the sign-flip test of the groups' sums, of
 * which it is the special case that every group is one image.
 * @param stream signs, if groups are many; both sides use the same
 */
export function pairedChange(
  before: readonly boolean[],
  after: readonly boolean[],
  groups: readonly string[],
  stream: RandomStream,
): PairedChange {
  const { better, worse } = changedImages(before, after);
  if (!sharesGroups(groups)) {
    const changed = better + worse;
    return { better, worse, rose: binomialTail(better, changed), fell: binomialTail(worse, changed) };
  }
  const gains = sumsByGroup(
    after.map((right, image) => Number(right) - Number(before[image])),
    groups,
  );
  const losses = gains.map((gain) => -gain);
  return { better, worse, rose: signFlipTest(gains, stream), fell: signFlipTest(losses, stream) };
}

/** Both sides together. */
export function twoSided({ rose, fell }: Pick<PairedChange, "rose" | "fell">): number {
  return Math.min(1, 2 * Math.min(rose, fell));
}
