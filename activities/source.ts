/** The digest of a run's source images, read again only where files changed. */
import { join } from "node:path";
import { listSource } from "../data/source.js";
import { digestSource } from "../data/sourceDigest.js";

/** File of known digests by path, size and time. */
export function digestCacheFile(workFolder: string): string {
  return join(workFolder, "source-digests.json");
}

export async function sourceDigest(dataPath: string, workFolder: string): Promise<string> {
  const entries = await listSource(dataPath);
  return (await digestSource(entries, digestCacheFile(workFolder))).digest;
}
