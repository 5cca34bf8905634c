/** What a dataset must have to be worth training on. */

import { ThawError } from "../../spec/errors.js";
import { type ImageRecord, type QuarantinedFile, SPLITS, type Split } from "../../spec/records/dataset.js";
import type { SourceEntries } from "../source/entries.js";
import type { SplitShares } from "../splits/draw.js";

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

/** @throws ThawError CLASS_EMPTY, naming the classes, files of them and why they cannot be read */
export function refuseEmptyClasses(
  source: SourceEntries,
  images: readonly { readonly label: number }[],
  quarantined: readonly QuarantinedFile[],
): void {
  const present = new Set(images.map(({ label }) => label));
  const empty = source.classes.filter((_, label) => !present.has(label));
  const [first, ...others] = empty;
  if (first === undefined) return;
  const lost = lostByClass(source, empty, quarantined);
  const ofFirst = lost.get(first) ?? [];
  if (others.length === 0)
    throw new ThawError("CLASS_EMPTY", `the class "${first}" has no readable image (${filesText(ofFirst)})`, {
      hint: "replace these files, or remove the class",
    });
  const named = empty.map((name) => {
    const files = lost.get(name) ?? [];
    return `"${name}" (${files.length === 1 ? "1 file" : `${files.length} files`}${files.length === 0 ? "" : `, ${filesText(files, 1)}`})`;
  });
  throw new ThawError(
    "CLASS_EMPTY",
    `${empty.length} of ${source.classes.length} classes have no readable image: ${listed(named)}`,
    { hint: "replace their files, or remove the classes" },
  );
}

/** Of each of some classes what was left out. */
function lostByClass(
  { entries }: SourceEntries,
  classes: readonly string[],
  quarantined: readonly QuarantinedFile[],
): ReadonlyMap<string, readonly QuarantinedFile[]> {
  const lost = new Map(classes.map((name) => [name, [] as QuarantinedFile[]]));
  const ofPath = new Map(quarantined.map((file) => [file.path, file]));
  for (const { label, path } of entries) {
    const file = ofPath.get(path);
    if (file !== undefined) lost.get(label)?.push(file);
  }
  return lost;
}

function filesText(files: readonly QuarantinedFile[], most = NAMED): string {
  const named = files.slice(0, most).map(({ path, reason }) => `${path}: ${reason}`);
  const more = most > 1 && files.length > most ? [`and ${files.length - most} more`] : [];
  return [...named, ...more].join("; ");
}

/** The first few, and how many there are besides. */
function listed(names: readonly string[]): string {
  const more = names.length > NAMED ? [`and ${names.length - NAMED} more`] : [];
  return [...names.slice(0, NAMED), ...more].join(", ");
}

/**
 * @param images all of them, and `copies` the positions of those that show the same
 * @throws ThawError DATA_INVALID when a split whose share is above 0 got no image of any class, or when a class has
 *   none to train on
 */
export function refuseEmptySplits(
  classes: readonly string[],
  counts: Readonly<Record<Split, readonly number[]>>,
  shares: SplitShares,
  images: readonly { readonly label: number }[],
  copies: readonly (readonly number[])[],
): void {
  const untrained = classes.filter((_, label) => counts.train[label] === 0).map((name) => `"${name}"`);
  if (untrained.length > 0) {
    const [said, whose] =
      untrained.length === 1
        ? ([`the class ${untrained[0]} has`, "its"] as const)
        : ([`${untrained.length} of ${classes.length} classes have`, "their"] as const);
    const which = untrained.length === 1 ? "" : `: ${listed(untrained)}`;
    throw new ThawError("DATA_INVALID", `${said} no image in the train split${which}`, {
      hint: `give some of ${whose} images the split train, by the manifest or the folder, or leave the ${untrained.length === 1 ? "class" : "classes"} out`,
    });
  }
  const wanted = { train: 1, validation: shares.validation, test: shares.test };
  const empty = SPLITS.find((split) => wanted[split] > 0 && counts[split].every((count) => count === 0));
  if (empty === undefined) return;
  const copied = classesOfCopies(classes, images, copies);
  const why = copied.length === 0 ? "" : `: copies stay together, which leaves ${copied.join(", ")}`;
  throw new ThawError("DATA_INVALID", `no image is left for the ${empty} split${why}`, {
    hint: "a class needs three images (or groups of images) to serve all splits; splits of your own must have images to train on and to test on",
  });
}

/** Pictures that a class needs to serve all splits. */
const ENOUGH = 3;

/** Classes that would be large enough if their images did not show the same, in words. */
function classesOfCopies(
  classes: readonly string[],
  images: readonly { readonly label: number }[],
  copies: readonly (readonly number[])[],
): readonly string[] {
  const pictureOf = new Map(copies.flatMap((group) => group.map((image) => [image, group[0]] as const)));
  const found = classes.flatMap((name, label) => {
    const own = [...images.keys()].filter((image) => images[image]?.label === label);
    const pictures = new Set(own.map((image) => pictureOf.get(image) ?? image)).size;
    if (own.length < ENOUGH || pictures >= ENOUGH) return [];
    return [
      `${pictures} ${pictures === 1 ? "picture" : "pictures"} in the ${own.length} images of "${name}"`,
    ];
  });
  const more = found.length > NAMED ? [`and so in ${found.length - NAMED} more classes`] : [];
  return [...found.slice(0, NAMED), ...more];
}
