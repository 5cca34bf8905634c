/** Whether a run would end at once because no image of a class can be read. */
import { entryDecoder, refuseUnreadableClasses } from "../../data/dataset/probeClasses.js";
import { listSource } from "../../data/source/source.js";
import type { SourceReading } from "../../spec/runFile/folders.js";
import type { Store } from "../../store/connection/connection.js";
import { bucketReader } from "../../store/images/bucketReader.js";
import type { PlannedStage } from "./foresee.js";

/**
 * Images that were ingested before have been looked at.
 * @throws ThawError CLASS_EMPTY, naming the files of the class and why they cannot be read
 */
export async function refuseUnreadable(
  store: Store,
  { dataPath, ...reading }: SourceReading & { readonly dataPath: string },
  stages: readonly PlannedStage[],
): Promise<void> {
  if (stages.every(({ kind, action }) => kind !== "ingest" || action !== "run")) return;
  const buckets = bucketReader(store);
  const source = await listSource(dataPath, buckets, reading);
  await refuseUnreadableClasses(source, entryDecoder(source, buckets));
}
