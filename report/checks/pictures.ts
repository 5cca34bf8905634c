/** Which pictures the section on the data shows, for it and for whoever makes the thumbnails. */
import type { CopyGroup, FaultImage, Listed } from "../../spec/dataset.js";
import type { LabelSuspect } from "../../spec/labelSuspects.js";
import type { ReportData } from "../../spec/report.js";

/** Contradictions are worth a look each; that copies are copies is believed after a few. */
const MOST_CONFLICTS = 12;
const MOST_LEAKS = 6;
const MOST_DUPLICATES = 6;
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
  readonly leaks: readonly ShownGroup[];
  /** Those that are neither contradictions nor leaks. */
  readonly duplicates: readonly ShownGroup[];
  readonly suspects: readonly LabelSuspect[];
}

export function checkPictures({
  dataset,
  evaluation,
}: Pick<ReportData, "dataset" | "evaluation">): CheckPictures {
  const { faults } = dataset;
  const plain = (group: CopyGroup): boolean => {
    const { shown } = group.images;
    return (
      new Set(shown.map(({ label }) => label)).size === 1 &&
      new Set(shown.map(({ split }) => split)).size === 1
    );
  };
  return {
    conflicts: cut(faults?.conflicts, MOST_CONFLICTS),
    leaks: cut(faults?.leaks, MOST_LEAKS),
    duplicates: cut(
      faults && { ...faults.duplicates, shown: faults.duplicates.shown.filter(plain) },
      MOST_DUPLICATES,
    ),
    suspects: evaluation.labelSuspects?.shown ?? [],
  };
}

/** Paths of all of them. */
export function checkedPaths(data: Pick<ReportData, "dataset" | "evaluation">): string[] {
  const { conflicts, leaks, duplicates, suspects } = checkPictures(data);
  const copies = [...conflicts, ...leaks, ...duplicates].flatMap(({ images }) => images);
  return [...copies, ...suspects].map(({ path }) => path);
}

function cut(groups: Listed<CopyGroup> | undefined, most: number): ShownGroup[] {
  return (groups?.shown ?? []).slice(0, most).map(({ images, sameBytes }) => {
    return { images: images.shown.slice(0, MOST_IMAGES), size: images.count, sameBytes };
  });
}
