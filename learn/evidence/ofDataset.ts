/** What a dataset tells of how much may be tuned on it, before anything is computed of its images. */
import type { DatasetSummary, ImageRecord } from "../../spec/records/dataset.js";
import type { DatasetEvidence } from "./decision.js";
import { headroomOf } from "./headroom.js";

/** @param records of the same dataset */
export function datasetEvidence(
  { classes, counts: { train }, faults }: DatasetSummary,
  records: readonly Pick<ImageRecord, "split" | "group">[],
): DatasetEvidence {
  const smallest = train.indexOf(Math.min(...train));
  // Pictures in more than one split whose copies were left there.
  const leaks = faults?.leaks?.policy === "report" ? faults.leaks.count : 0;
  const { images, groups } = headroomOf(records, []);
  return {
    trainImages: train.reduce((sum, count) => sum + count, 0),
    smallestClass: { name: classes[smallest] ?? "", images: train[smallest] ?? 0 },
    classes: classes.length,
    headroom: { images, groups },
    ...(leaks === 0 ? {} : { leaks }),
  };
}
