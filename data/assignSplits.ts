/** Gives every image its group and its split: the source's own, else drawn so that no group is torn apart. */
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
  if (written === undefined) {
    const drawn = splitGroups(groupsOf(images, groups), classes, shares, seed);
    return { groups, splits: groups.map((id) => drawn.get(id) as Split) };
  }
  if (written.includes("validation")) return { groups, splits: written };
  return { groups, splits: drawValidation(images, groups, written, classes, shares, seed) };
}

/** The same share of the images left by the held-out ones as where all is drawn, out of those for training. */
function drawValidation(
  images: readonly Splittable[],
  groups: readonly string[],
  splits: readonly Split[],
  classes: number,
  shares: SplitShares,
  seed: number,
): readonly Split[] {
  const inTrain = <Value>(values: readonly Value[]): Value[] =>
    values.filter((_, image) => splits[image] === "train");
  const validation = shares.validation / (1 - shares.test);
  const divided = groupsOf(inTrain(images), inTrain(groups));
  const drawn = splitGroups(divided, classes, { test: 0, validation }, seed);
  return splits.map((split, image) =>
    split === "train" ? (drawn.get(groups[image] as string) as Split) : split,
  );
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
