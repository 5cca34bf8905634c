/** Whether a run would end at once because no image of a class can be read. */
import { entryDecoder, refuseUnreadableClasses } from "../../data/dataset/probeClasses.js";
import type { Store } from "../../store/connection/connection.js";
import { bucketReader } from "../../store/images/bucketReader.js";
import { type ListedSource, listImages } from "../images/list.js";
import type { PlannedStage } from "./foresee.js";

/**
 * Images that were ingested before have been looked at.
 * @throws ThawError CLASS_EMPTY, naming the files of the class and why they cannot be read
 */
export async function refuseUnreadable(
  store: Store,
  source: ListedSource,
  stages: readonly PlannedStage[],
): Promise<void> {
  if (stages.every(({ kind, action }) => kind !== "ingest" || action !== "run")) return;
  const listed = await listImages(store, source);
  await refuseUnreadableClasses(listed, entryDecoder(listed, bucketReader(store)));
}
