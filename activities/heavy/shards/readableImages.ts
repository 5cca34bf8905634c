/** The images of a run's source that can be read, as they are listed: where they lie, and what their bytes are known by. */
import { digestSource } from "../../../data/source/digest.js";
import { digestCacheFile } from "../../../data/source/digestCache.js";
import { type SourceEntries, type SourceEntry, whyLeftOut } from "../../../data/source/entries.js";
import { ThawError } from "../../../spec/errors.js";
import type { ImageToRead } from "../../../spec/images/imageShards.js";
import type { ImageSource } from "../../../spec/pipeline/run.js";
import type { Fetchable } from "../fetchable.js";
import { type Fetching, type Remote, remoteSource } from "../localSource.js";
import { listWhereItLies } from "../source.js";

/** An image of a source. */
export interface ReadableImage {
  readonly entry: SourceEntry;
  readonly image: ImageToRead;
  /** Where it has to be fetched. */
  readonly remote?: Fetchable;
}

export interface ReadableImages {
  /** Entries name files on this machine; where their digest, or the mark of one that cannot be read, is known, they have it. */
  readonly source: SourceEntries;
  /** Those of the entries that are not left out, in their order. */
  readonly readable: readonly ReadableImage[];
}

/**
 * @param fetching with the source's digest where it has to be the same still
 * @throws ThawError those of `listSource`; DATA_NOT_FOUND where this machine has not the images; DATA_INVALID when they changed; NOT_FOUND when an upload is not whole; STORE_…
 */
export async function readableImages(
  given: ImageSource,
  workFolder: string,
  fetching: Fetching,
): Promise<ReadableImages> {
  const remote = await remoteSource(given, workFolder, fetching);
  if (remote !== undefined) {
    const { images, digest: _digest, ...source } = remote;
    const entries = images.map(({ entry }) => entry);
    return { source: { ...source, entries }, readable: images.flatMap(ofRemote) };
  }
  const { dataPath, upload: _none, ...reading } = given;
  const listed = await listWhereItLies(dataPath, reading, fetching.store);
  const { digest, files } = await digestSource(listed, digestCacheFile(workFolder));
  if (fetching.digests.source !== undefined && digest !== fetching.digests.source) {
    throw new ThawError("DATA_INVALID", `images in ${listed.source} changed while the stage began`, {
      hint: "start the run again once nothing writes to the source any more",
    });
  }
  const entries = listed.entries.map((entry) => ({ ...entry, sha256: files.get(entry.path) as string }));
  return { source: { ...listed, entries }, readable: entries.flatMap(ofFile) };
}

function ofRemote(remote: Remote): readonly ReadableImage[] {
  const { entry, object, size } = remote;
  const { path, sha256 } = entry;
  if (whyLeftOut(entry, sha256) !== undefined) return [];
  if (object !== undefined) return [{ entry, image: { path, object }, remote }];
  return sha256 === undefined ? [] : [{ entry, image: { path, sha256, size }, remote }];
}

function ofFile(entry: SourceEntry & { readonly sha256: string }): readonly ReadableImage[] {
  const { path, sha256, file } = entry;
  return whyLeftOut(entry, sha256) === undefined ? [{ entry, image: { path, sha256, file } }] : [];
}
