/** How many images a run would read. */
import { listSource } from "../../data/source/source.js";
import type { ImageSource } from "../../spec/pipeline/run.js";
import type { Store } from "../../store/connection/connection.js";
import { bucketReader } from "../../store/images/bucketReader.js";
import { readUploadList } from "../../store/images/uploads.js";

/** @throws ThawError NOT_FOUND (the upload), STORE_…, those of `listSource` */
export async function countImages(
  store: Store,
  { dataPath, upload, ...reading }: ImageSource,
): Promise<number> {
  if (upload !== undefined) return (await readUploadList(store, upload)).entries.length;
  return (await listSource(dataPath, bucketReader(store), reading)).entries.length;
}
