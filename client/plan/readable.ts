/** Whether a run would end at once because of its images: no image of a class can be read, or a split has none. */
import { refuseListedSplits } from "../../data/dataset/listedSplits.js";
import { entryDecoder, refuseUnreadableClasses } from "../../data/dataset/probeClasses.js";
import { basesOf } from "../../spec/pipeline/candidates.js";
import type { RunFile } from "../../spec/runFile/runFile.js";
import type { Store } from "../../store/connection/connection.js";
import { bucketReader } from "../../store/images/bucketReader.js";
import { type ListedSource, listImages } from "../images/list.js";
import type { PlannedStage } from "./foresee.js";

/**
 * Images that were ingested before have been looked at.
 * @param isKnown whether earlier versions of the model know some of them
 * @throws ThawError CLASS_EMPTY, naming the classes, their files and why they cannot be read; DATA_INVALID for a class or a
 *   split without images, as far as the list of them tells
 */
export async function refuseUnfit(
  store: Store,
  file: Pick<RunFile, "base" | "bases" | "data" | "seed">,
  source: ListedSource,
  stages: readonly PlannedStage[],
  isKnown = false,
): Promise<void> {
  if (stages.every(({ kind, action }) => kind !== "ingest" || action !== "run")) return;
  const listed = await listImages(store, source);
  const isPinned = isKnown || basesOf(file).some((name) => name.startsWith("model:"));
  refuseListedSplits(listed, { shares: file.data, seed: file.seed, isPinned });
  await refuseUnreadableClasses(listed, entryDecoder(listed, bucketReader(store)));
}
