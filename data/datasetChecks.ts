/** What a dataset must have to be worth training on. */
import { type ImageRecord, type QuarantinedFile, SPLITS, type Split } from "../spec/dataset.js";
import { ThawError } from "../spec/errors.js";
import type { SourceEntries } from "./sourceEntries.js";
import type { SplitShares } from "./split.js";

/** Files named in an error; the rest is counted. */
const NAMED = 5;

export function countImages(
  records: readonly Pick<ImageRecord, "label" | "split">[],
  classes: number,
): Record<Split, number[]> {
  const counts: Record<Split, number[]> = {
    train: new Array<number>(classes).fill(0),
    validation: new Array<number>(classes).fill(0),
    test: new Array<number>(classes).fill(0),
  };
  for (const { label, split } of records) counts[split][label] = (counts[split][label] ?? 0) + 1;
  return counts;
}

/** @throws ThawError CLASS_EMPTY, naming the files of the class and why they cannot be read */
export function refuseEmptyClasses(
  source: SourceEntries,
  images: readonly { readonly label: number }[],
  quarantined: readonly QuarantinedFile[],
): void {
  const present = new Set(images.map(({ label }) => label));
  const empty = source.classes.find((_, label) => !present.has(label));
  if (empty === undefined) return;
  const paths = new Set(source.entries.filter(({ label }) => label === empty).map(({ path }) => path));
  const lost = quarantined.filter(({ path }) => paths.has(path));
  const named = lost.slice(0, NAMED).map(({ path, reason }) => `${path}: ${reason}`);
  const more = lost.length > NAMED ? [`and ${lost.length - NAMED} more`] : [];
  throw new ThawError(
    "CLASS_EMPTY",
    `the class "${empty}" has no readable image (${[...named, ...more].join("; ")})`,
    { hint: "replace these files, or remove the class" },
  );
}

/**
 * @throws ThawError DATA_INVALID when a split whose share is above 0 got no image of any class, or when a class has
 *   none to train on
 */
export function refuseEmptySplits(
  classes: readonly string[],
  counts: Readonly<Record<Split, readonly number[]>>,
  shares: SplitShares,
): void {
  const untrained = classes.find((_, label) => counts.train[label] === 0);
  if (untrained !== undefined) {
    throw new ThawError("DATA_INVALID", `the class "${untrained}" has no image in the train split`, {
      hint: "give some of its images the split train, by the manifest or the folder, or leave the class out",
    });
  }
  const wanted = { train: 1, validation: shares.validation, test: shares.test };
  const empty = SPLITS.find((split) => wanted[split] > 0 && counts[split].every((count) => count === 0));
  if (empty === undefined) return;
  throw new ThawError("DATA_INVALID", `no image is left for the ${empty} split`, {
    hint: "a class needs three images (or groups of images) to serve all splits; splits of your own must have images to train on and to test on",
  });
}
