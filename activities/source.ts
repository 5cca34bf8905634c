/** The digest of a run's source images, read again only where files changed. */
import { join } from "node:path";
import { listSource } from "../data/source.js";
import { digestSource } from "../data/sourceDigest.js";
import type { ImageSource } from "../spec/run.js";
import { bucketReader } from "../store/bucketReader.js";
import type { Store } from "../store/connection.js";

/** File of known digests by path, size and time. */
export function digestCacheFile(workFolder: string): string {
  return join(workFolder, "source-digests.json");
}

/** @returns for an upload, what the folder that it came from has */
export async function sourceDigest(
  { dataPath, upload }: ImageSource,
  workFolder: string,
  store: Store,
): Promise<string> {
  if (upload !== undefined) return upload;
  const entries = await listSource(dataPath, bucketReader(store));
  return (await digestSource(entries, digestCacheFile(workFolder))).digest;
}
