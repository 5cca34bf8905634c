/** The held-out images of a data set that later images may be compared with. */
import type { ImageRecord } from "../../spec/records/dataset.js";
import { sampled } from "../sampled.js";

/**
 * Test images without a copy outside of the test split, one of each group: each is a witness of its own.
 * @param most of very many so many are drawn
 */
export function witnesses<Image extends Pick<ImageRecord, "split" | "twin" | "group">>(
  records: readonly Image[],
  most: number,
): readonly Image[] {
  const seen = new Set<string>();
  const all = records.filter(({ split, twin, group }) => {
    if (split !== "test" || twin !== undefined) return false;
    return seen.size < seen.add(group).size;
  });
  return sampled(all, most, "held-out images");
}
