/** The images that a run would read, listed once a command: whoever has the list hands it on. */
import type { SourceEntries } from "../../data/source/entries.js";
import { listSource } from "../../data/source/source.js";
import { entriesOfUpload } from "../../data/source/uploaded.js";
import type { ImageSource } from "../../spec/pipeline/run.js";
import type { Store } from "../../store/connection/connection.js";
import { bucketReader } from "../../store/images/bucketReader.js";
import { readUploadList } from "../../store/images/uploads.js";

export interface ListedSource extends ImageSource {
  /**
   * As the command has listed them already. A folder or a bucket of 100,000 images takes long to list, and a command that
   * lists twice may see two sets.
   */
  readonly listed?: SourceEntries;
}

/** @throws ThawError NOT_FOUND (the upload), STORE_…, those of `listSource` */
export async function listImages(
  store: Store,
  { dataPath, upload, listed, ...reading }: ListedSource,
): Promise<SourceEntries> {
  if (listed !== undefined) return listed;
  if (upload !== undefined) return entriesOfUpload(await readUploadList(store, upload));
  return listSource(dataPath, bucketReader(store), reading);
}

/** @throws ThawError as {@link listImages} */
export async function countImages(store: Store, source: ListedSource): Promise<number> {
  return (await listImages(store, source)).entries.length;
}
