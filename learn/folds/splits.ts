/** The images of each fold: what it holds out, and how it divides the rest. */
import { type SplitGroup, splitGroups } from "../../data/splits/draw.js";
import type { ImageRecord, Split } from "../../spec/records/dataset.js";
import { stratifiedFolds } from "../transferability/folds.js";

/** What is read of an image. */
export type Foldable = Pick<ImageRecord, "label" | "group" | "split">;

/**
 * The split of every image in each of the folds: class by class in equal parts, groups never divided. The images that
 * a fold does not hold out are divided anew into training and validation, in the proportion that the dataset's own
 * split has.
 * @returns `[fold][image]`
 */
export function foldSplits(
  records: readonly Foldable[],
  classes: number,
  folds: number,
  seed: number,
): readonly (readonly Split[])[] {
  const count = (split: Split): number => records.filter((record) => record.split === split).length;
  const validation = count("validation") / (count("train") + count("validation"));
  const foldOf = stratifiedFolds(
    records.map(({ label }) => label),
    records.map(({ group }) => group),
    folds,
    seed,
  );
  return Array.from({ length: folds }, (_, fold) => {
    const rest = records.filter((_, image) => foldOf[image] !== fold);
    const divided = splitGroups(groupsOf(rest), classes, { test: 0, validation }, seed);
    return records.map(({ group }, image) =>
      foldOf[image] === fold ? "test" : (divided.get(group) as Split),
    );
  });
}

function groupsOf(records: readonly Foldable[]): SplitGroup[] {
  const labels = new Map<string, number[]>();
  for (const { group, label } of records) {
    const members = labels.get(group);
    if (members === undefined) labels.set(group, [label]);
    else members.push(label);
  }
  return Array.from(labels, ([id, members]) => ({ id, labels: members }));
}
