/** What there is on the validation images for a stage of unfreezing to show. */
import type { ImageRecord } from "../../spec/records/dataset.js";
import type { Headroom } from "../../spec/records/recipe.js";

/**
 * @param probed images that the probe predicted out of fold, by their places in the records
 * @returns groups in proportion where a part of the validation images was probed
 */
export function headroomOf(
  records: readonly Pick<ImageRecord, "split" | "group">[],
  probed: readonly { readonly image: number; readonly isRight: boolean }[],
): Headroom {
  const validation = records.filter(({ split }) => split === "validation");
  const groups = new Set(validation.map(({ group }) => group)).size;
  const seen = probed.flatMap(({ image, isRight }) => {
    const record = records[image];
    return record?.split === "validation" ? [{ group: record.group, isRight }] : [];
  });
  const seenGroups = new Set(seen.map(({ group }) => group)).size;
  const wrong = new Set(seen.flatMap(({ group, isRight }) => (isRight ? [] : [group]))).size;
  return {
    images: validation.length,
    groups,
    wrong: seenGroups === 0 ? 0 : (wrong * groups) / seenGroups,
  };
}
