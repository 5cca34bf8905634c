/** Which pictures the section on the data shows, for it and for whoever makes the thumbnails. */
import type { CopyGroup, FaultImage, Listed } from "../../spec/records/dataset.js";
import type { LabelSuspect } from "../../spec/records/labelSuspects.js";
import type { ReportData } from "../../spec/records/report.js";
import type { SuspectedPair } from "../../spec/records/suspectedCopies.js";

/** Contradictions are worth a look each; that copies are copies is believed after a few. */
const MOST_CONFLICTS = 12;
const MOST_LEAKS = 6;
const MOST_DUPLICATES = 6;
/** Look-alikes are judged by eye, pair by pair. */
const MOST_PAIRS = 12;
/** Of a group with many copies two or three say it all. */
const MOST_IMAGES = 3;

/** A group of copies as far as it is shown. */
export interface ShownGroup {
  readonly images: readonly FaultImage[];
  /** All images of the group. */
  readonly size: number;
  readonly sameBytes: boolean;
}

export interface CheckPictures {
  readonly conflicts: readonly ShownGroup[];
  readonly lookAlikes: readonly ShownGroup[];
  readonly leaks: readonly ShownGroup[];
  /** Those that are neither contradictions nor leaks. */
  readonly duplicates: readonly ShownGroup[];
  /** By the model, among test and validation images. */
  readonly suspects: readonly LabelSuspect[];
  /** By the recipe's probe, among training and validation images; those that the model suspects, too, are left out. */
  readonly trainingSuspects: readonly LabelSuspect[];
  /** Images of different splits that may be one picture. */
  readonly pairs: readonly SuspectedPair[];
}

type Checked = Pick<ReportData, "dataset" | "evaluation" | "recipe">;

export function checkPictures({ dataset, evaluation, recipe }: Checked): CheckPictures {
  const { faults } = dataset;
  const suspects = evaluation.labelSuspects?.shown ?? [];
  const known = new Set(suspects.map(({ path }) => path));
  const plain = (group: CopyGroup): boolean => {
    const { shown } = group.images;
    return (
      new Set(shown.map(({ label }) => label)).size === 1 &&
      new Set(shown.map(({ split }) => split)).size === 1
    );
  };
  return {
    conflicts: cut(faults?.conflicts, MOST_CONFLICTS),
    lookAlikes: cut(faults?.lookAlikes, MOST_CONFLICTS),
    leaks: cut(faults?.leaks, MOST_LEAKS),
    duplicates: cut(
      faults && { ...faults.duplicates, shown: faults.duplicates.shown.filter(plain) },
      MOST_DUPLICATES,
    ),
    suspects,
    trainingSuspects: (recipe?.labelSuspects?.shown ?? []).filter(({ path }) => !known.has(path)),
    pairs: (recipe?.copies?.shown ?? []).slice(0, MOST_PAIRS),
  };
}

/** Whether images of different splits may be one picture, though neither bytes nor look say so. */
export function hasSuspectedCopies({ recipe }: Pick<ReportData, "recipe">): boolean {
  return (recipe?.copies?.count ?? 0) > 0;
}

/** Paths of all of them. */
export function checkedPaths(data: Checked): string[] {
  const { conflicts, lookAlikes, leaks, duplicates, suspects, trainingSuspects, pairs } = checkPictures(data);
  const copies = [...conflicts, ...lookAlikes, ...leaks, ...duplicates].flatMap(({ images }) => images);
  const looked = pairs.flatMap(({ image, nearest }) => [image, nearest]);
  return [...copies, ...suspects, ...trainingSuspects, ...looked].map(({ path }) => path);
}

function cut(groups: Listed<CopyGroup> | undefined, most: number): ShownGroup[] {
  return (groups?.shown ?? []).slice(0, most).map(({ images, sameBytes }) => {
    return { images: images.shown.slice(0, MOST_IMAGES), size: images.count, sameBytes };
  });
}
