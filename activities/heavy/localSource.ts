/** The images of a run for an ingest job: where they are on this machine, or fetched from a bucket or an upload. */
import { join } from "node:path";
import { digestSource } from "../../data/source/digest.js";
import { digestCacheFile } from "../../data/source/digestCache.js";
import { type SourceEntries, type SourceEntry, whyLeftOut } from "../../data/source/entries.js";
import { writeFetched } from "../../data/source/fetched.js";
import { listSource } from "../../data/source/source.js";
import { entriesOfUpload } from "../../data/source/uploaded.js";
import { ThawError } from "../../spec/errors.js";
import { isBucketUrl, type ListedObject } from "../../spec/images/objects.js";
import type { ImageSource } from "../../spec/pipeline/run.js";
import type { SourceReading } from "../../spec/runFile/folders.js";
import { bucketReader } from "../../store/images/bucketReader.js";
import { readUploadList, uploadGone } from "../../store/images/uploads.js";
import { type Fetchable, fetchableObject, fetchableUpload, fetchMissing } from "./fetchable.js";
import type { FetchContext } from "./stageRunner.js";

/** An image that lies elsewhere. */
export interface Remote extends Fetchable {
  /** As ingest will see it; its file is on this machine, once it is fetched. Of one that could not be read there is none. */
  readonly entry: SourceEntry;
  /** Of an image in a bucket. */
  readonly object?: ListedObject;
}

export type RemoteSource = Omit<SourceEntries, "entries"> & {
  readonly images: readonly Remote[];
  /** As `digestSource` gives it. */
  readonly digest: string;
};

export type Fetching = Pick<FetchContext, "store" | "report" | "signal"> & {
  /** Of the images as they were listed before, where they have to be the same still. */
  readonly digests: { readonly source?: string };
};

/**
 * @returns what the job reads
 * @throws ThawError those of `listSource`; DATA_INVALID when images went away or changed after the stage had begun;
 *   NOT_FOUND when an upload is not whole
 */
export async function localSource(
  given: ImageSource,
  workFolder: string,
  fetching: Omit<FetchContext, "held">,
): Promise<string | { readonly fetched: string }> {
  const remote = await remoteSource(given, workFolder, fetching);
  if (remote === undefined) return given.dataPath;
  const { images, digest: _digest, ...source } = remote;
  await fetchMissing(images.filter(isRead), fetching);
  const list = join(workFolder, "sources", `${fetching.digests.source}.jsonl`);
  await writeFetched(list, { ...source, entries: images.map(({ entry }) => entry) });
  return { fetched: list };
}

const isRead = ({ entry }: Remote): boolean => whyLeftOut(entry, entry.sha256) === undefined;

/** @returns undefined where the images are on this machine @throws as {@link localSource} */
export async function remoteSource(
  { dataPath, upload, ...reading }: ImageSource,
  workFolder: string,
  fetching: Fetching,
): Promise<RemoteSource | undefined> {
  if (upload === undefined && !isBucketUrl(dataPath)) return undefined;
  fetching.report({ phase: "listing images", step: 0, total: 1 });
  return upload === undefined
    ? bucketImages(dataPath, reading, workFolder, fetching)
    : uploadedImages(upload, workFolder, fetching);
}

async function bucketImages(
  url: string,
  reading: SourceReading,
  workFolder: string,
  { store, digests }: Fetching,
): Promise<RemoteSource> {
  const { entries, ...source } = await listSource(url, bucketReader(store), reading);
  const { digest } = await digestSource({ ...source, entries }, digestCacheFile(workFolder));
  if (digests.source !== undefined && digest !== digests.source) {
    throw new ThawError("DATA_INVALID", `images in ${source.source} changed while the stage began`, {
      hint: "start the run again once nothing writes to the bucket any more",
    });
  }
  const images = entries.flatMap(({ object, ...entry }): Remote[] => {
    if (object === undefined) return [];
    const image = fetchableObject(store, workFolder, object);
    return [{ ...image, entry: { ...entry, file: image.file }, object }];
  });
  return { ...source, images, digest };
}

async function uploadedImages(
  upload: string,
  workFolder: string,
  { store }: Fetching,
): Promise<RemoteSource> {
  const list = await readUploadList(store, upload);
  const { entries, ...source } = list;
  const { digest } = await digestSource(entriesOfUpload(list), digestCacheFile(workFolder));
  if (digest !== upload) throw uploadGone(upload, "a list of images that fits the digest");
  const images = entries.map(({ size, ...entry }): Remote => {
    const image = fetchableUpload(store, workFolder, upload, { ...entry, size });
    return { ...image, entry: { ...entry, file: image.file } };
  });
  return { ...source, images, digest };
}
