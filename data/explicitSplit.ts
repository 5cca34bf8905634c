/** Splits that the user wrote into the manifest: they win, but must not tear a group apart. */
import type { Split } from "../spec/dataset.js";
import { ThawError } from "../spec/errors.js";

/**
 * @param images all with a split or all without
 * @param groups the id of each image's group: the path of the group's first image
 * @returns the split of each group, by its id; undefined when the manifest has none
 * @throws ThawError DATA_INVALID when two images of a group are in different splits
 */
export function explicitSplits(
  images: readonly { readonly path: string; readonly split?: Split }[],
  groups: readonly string[],
): Map<string, Split> | undefined {
  const splits = new Map<string, Split>();
  for (const [index, { path, split }] of images.entries()) {
    if (split === undefined) return undefined;
    const group = groups[index] as string;
    const before = splits.get(group) ?? split;
    if (before !== split) {
      throw new ThawError(
        "DATA_INVALID",
        `"${group}" is in the ${before} split and "${path}" in the ${split} split, but they belong to one group ` +
          "(the same picture, or the same group in the manifest)",
        { hint: "give all images of a group the same split, or leave all but one of them out" },
      );
    }
    splits.set(group, split);
  }
  return splits;
}
