/** Gives every image its group and its split: the manifest's own, else drawn so that no group is torn apart. */
import type { Split } from "../spec/dataset.js";
import { explicitSplits } from "./explicitSplit.js";
import { type Groupable, groupImages } from "./groups.js";
import { type SplitGroup, type SplitShares, splitGroups } from "./split.js";

interface Splittable extends Groupable {
  readonly label: number;
  readonly split?: Split;
}

/** @throws ThawError DATA_INVALID when the manifest's splits tear one of the manifest's groups apart */
export function assignSplits(
  images: readonly Splittable[],
  classes: number,
  shares: SplitShares,
  seed: number,
): { readonly groups: readonly string[]; readonly splits: readonly Split[] } {
  const { ids: groups } = groupImages(images);
  const written = explicitSplits(images);
  if (written !== undefined) return { groups, splits: written };
  const drawn = splitGroups(groupsOf(images, groups), classes, shares, seed);
  return { groups, splits: groups.map((id) => drawn.get(id) as Split) };
}

function groupsOf(images: readonly Splittable[], ids: readonly string[]): SplitGroup[] {
  const labels = new Map<string, number[]>();
  images.forEach(({ label }, index) => {
    const id = ids[index] as string;
    const members = labels.get(id);
    if (members === undefined) labels.set(id, [label]);
    else members.push(label);
  });
  return Array.from(labels, ([id, members]) => ({ id, labels: members }));
}
