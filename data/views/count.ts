/** How many views an image has. */
import type { ImageRecord } from "../../spec/records/dataset.js";

/** Only training images are varied. */
export function viewsOf(record: Pick<ImageRecord, "split">, views: number): number {
  return record.split === "train" ? views : 1;
}
