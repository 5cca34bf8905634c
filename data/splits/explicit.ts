/** Splits that the user's manifest or folders give: they win, but must not tear the user's own groups apart. */

import { ThawError } from "../../spec/errors.js";
import type { Split } from "../../spec/records/dataset.js";

/**
 * @param images all with a split or all without
 * @returns the split of each image; undefined when there is none
 * @throws ThawError DATA_INVALID when two images of one of the manifest's groups are in different splits
 */
export function explicitSplits(
  images: readonly { readonly path: string; readonly group?: string; readonly split?: Split }[],
): readonly Split[] | undefined {
  const first = new Map<string, { readonly path: string; readonly split: Split }>();
  const splits: Split[] = [];
  for (const { path, group, split } of images) {
    if (split === undefined) return undefined;
    splits.push(split);
    if (group === undefined) continue;
    const before = first.get(group) ?? { path, split };
    if (before.split !== split) {
      throw new ThawError(
        "DATA_INVALID",
        `"${before.path}" is in the ${before.split} split and "${path}" in the ${split} split, ` +
          `but the manifest puts both into the image group "${group}"`,
        { hint: "give all images of an image group the same split" },
      );
    }
    first.set(group, before);
  }
  return splits;
}
