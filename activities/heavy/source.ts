/** The digest of a run's source images, read again only where files changed. */
import { digestSource } from "../../data/source/digest.js";
import { digestCacheFile } from "../../data/source/digestCache.js";
import type { SourceEntries } from "../../data/source/entries.js";
import { listSource } from "../../data/source/source.js";
import { ThawError } from "../../spec/errors.js";
import { isBucketUrl } from "../../spec/images/objects.js";
import type { ImageSource } from "../../spec/pipeline/run.js";
import type { SourceReading } from "../../spec/runFile/folders.js";
import type { Store } from "../../store/connection/connection.js";
import { bucketReader } from "../../store/images/bucketReader.js";

const isGone = (error: unknown): boolean => error instanceof ThawError && error.code === "DATA_NOT_FOUND";

/** The client has seen the images: either they went away, or it is on another machine. */
export function notOnThisMachine(dataPath: string, cause: unknown): ThawError {
  return new ThawError("DATA_NOT_FOUND", `there are no images at ${dataPath} on the worker's machine`, {
    hint: "`thaw run --upload` puts them where workers on other machines find them; a bucket does as well",
    cause,
  });
}

/** @returns for an upload, what the folder that it came from has */
export async function sourceDigest(
  { dataPath, upload, ...reading }: ImageSource,
  workFolder: string,
  store: Store,
): Promise<string> {
  if (upload !== undefined) return upload;
  const entries = await listWhereItLies(dataPath, reading, store);
  return (await digestSource(entries, digestCacheFile(workFolder))).digest;
}

/** @throws ThawError those of `listSource`; DATA_NOT_FOUND also where this machine is not the one that the images are on */
export async function listWhereItLies(
  dataPath: string,
  reading: SourceReading,
  store: Store,
): Promise<SourceEntries> {
  return listSource(dataPath, bucketReader(store), reading).catch((error: unknown) => {
    throw isGone(error) && !isBucketUrl(dataPath) ? notOnThisMachine(dataPath, error) : error;
  });
}
