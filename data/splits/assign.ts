/** Gives every image its group and its split: the source's own, else drawn so that no group is torn apart. */
import type { Split } from "../../spec/records/dataset.js";
import { learnedMost } from "./baseImages.js";
import { type SplitGroup, type SplitShares, splitGroups } from "./draw.js";
import { explicitSplits } from "./explicit.js";
import { type Groupable, groupImages } from "./groups.js";

interface Splittable extends Pick<Groupable, "path" | "group"> {
  readonly label: number;
  readonly split?: Split;
}

/**
 * @param before the split that the base met each image in, if it did; where splits are drawn, groups keep it
 * @param groups of the images, as {@link groupImages} gives their ids, where they are known
 * @throws ThawError DATA_INVALID when the manifest's splits tear one of the manifest's groups apart
 */
export function assignSplits(
  images: readonly (Splittable & Groupable)[],
  classes: number,
  shares: SplitShares,
  seed: number,
  before: readonly (Split | undefined)[] = [],
  groups: readonly string[] = groupImages(images).ids,
): Assigned {
  return assignGroups(images, classes, shares, seed, before, groups);
}

interface Assigned {
  readonly groups: readonly string[];
  readonly splits: readonly Split[];
}

/** As {@link assignSplits}, where what the images look like does not matter. @throws ThawError as that does */
export function assignGroups(
  images: readonly Splittable[],
  classes: number,
  shares: SplitShares,
  seed: number,
  before: readonly (Split | undefined)[],
  groups: readonly string[],
): Assigned {
  const written = explicitSplits(images);
  if (written === undefined) {
    const drawn = splitGroups(groupsOf(images, groups, before), classes, shares, seed);
    return { groups, splits: groups.map((id) => drawn.get(id) as Split) };
  }
  if (written.includes("validation")) return { groups, splits: written };
  return { groups, splits: drawValidation(images, groups, written, classes, shares, seed, before) };
}

/** The same share of the images left by the held-out ones as where all is drawn, out of those for training. */
function drawValidation(
  images: readonly Splittable[],
  groups: readonly string[],
  splits: readonly Split[],
  classes: number,
  shares: SplitShares,
  seed: number,
  before: readonly (Split | undefined)[],
): readonly Split[] {
  const inTrain = <Value>(values: readonly Value[]): Value[] =>
    values.filter((_, image) => splits[image] === "train");
  const validation = shares.validation / (1 - shares.test);
  const divided = groupsOf(
    inTrain(images),
    inTrain(groups),
    inTrain(splits.map((_, image) => before[image])),
  );
  const drawn = splitGroups(divided, classes, { test: 0, validation }, seed);
  return splits.map((split, image) =>
    split === "train" ? (drawn.get(groups[image] as string) as Split) : split,
  );
}

function groupsOf(
  images: readonly Splittable[],
  ids: readonly string[],
  before: readonly (Split | undefined)[],
): SplitGroup[] {
  const groups = new Map<
    string,
    { readonly id: string; readonly labels: number[]; pinned: Split | undefined }
  >();
  images.forEach(({ label }, index) => {
    const id = ids[index] as string;
    const group = groups.get(id);
    if (group === undefined) {
      groups.set(id, { id, labels: [label], pinned: before[index] });
      return;
    }
    group.labels.push(label);
    group.pinned = learnedMost([group.pinned, before[index]]);
  });
  return [...groups.values()];
}
