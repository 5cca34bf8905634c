/** The images of a run for an ingest job: where they are on this machine, or fetched from a bucket or an upload. */
import { join } from "node:path";
import { imageProgress } from "../../data/dataset/imageProgress.js";
import { digestSource } from "../../data/source/digest.js";
import { digestCacheFile } from "../../data/source/digestCache.js";
import type { SourceEntries, SourceEntry } from "../../data/source/entries.js";
import { writeFetched } from "../../data/source/fetched.js";
import { listSource } from "../../data/source/source.js";
import { entriesOfUpload } from "../../data/source/uploaded.js";
import { lookAt } from "../../files/intact.js";
import { ThawError } from "../../spec/errors.js";
import { isBucketUrl } from "../../spec/images/objects.js";
import { whyUnreadable } from "../../spec/images/unreadable.js";
import type { ImageSource } from "../../spec/pipeline/run.js";
import type { SourceReading } from "../../spec/runFile/folders.js";
import { downloadObject } from "../../store/artifacts/artifacts.js";
import { bucketReader } from "../../store/images/bucketReader.js";
import { fetchObject, fileOfDigest, fileOfObject, isFetched } from "../../store/images/files.js";
import { readUploadList, uploadGone } from "../../store/images/uploads.js";
import { forEachParallel } from "../../store/parallel.js";
import type { FetchContext } from "./stageRunner.js";

/** Images are small, and time goes into waiting for answers: see bench/README.md. */
const CONNECTIONS = 16;

/** An image that lies elsewhere. */
interface Remote {
  /** As ingest will see it; its file is on this machine, once it is fetched. Of one that could not be read there is none. */
  readonly entry: SourceEntry;
  /** Bytes. */
  readonly size: number;
  fetch(): Promise<void>;
}

export type RemoteSource = Omit<SourceEntries, "entries"> & {
  readonly images: readonly Remote[];
  /** As `digestSource` gives it. */
  readonly digest: string;
};

type Fetching = Pick<FetchContext, "store" | "report" | "signal"> & {
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
  await fetchMissing(images, fetching);
  const list = join(workFolder, "sources", `${fetching.digests.source}.jsonl`);
  await writeFetched(list, { ...source, entries: images.map(({ entry }) => entry) });
  return { fetched: list };
}

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
    const file = fileOfObject(workFolder, store.endpoint, object);
    return [{ entry: { ...entry, file }, size: object.size, fetch: () => fetchObject(store, object, file) }];
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
    const { path, sha256 } = entry;
    const file = fileOfDigest(workFolder, sha256);
    const fetch = (): Promise<void> =>
      downloadObject(store, sha256, path, file).catch((error: unknown) => {
        const isGone = error instanceof ThawError && error.code === "NOT_FOUND";
        throw isGone ? uploadGone(upload, path, error) : error;
      });
    return { entry: { ...entry, file }, size, fetch };
  });
  return { ...source, images, digest };
}

/** Only uploads say what the bytes of an image are. */
async function isOfDigest(file: string, sha256: string | undefined): Promise<boolean> {
  return sha256 === undefined || (await lookAt(file, sha256)) === "intact";
}

/** Those that are not here yet, or not for long. */
export async function fetchMissing(
  images: RemoteSource["images"],
  { report, signal }: Pick<FetchContext, "report" | "signal">,
): Promise<void> {
  // Copies of an image are one file.
  const missing = new Map<string, Remote>();
  const readable = images.filter(
    ({ entry }) => entry.leftOut === undefined && whyUnreadable(entry.sha256) === undefined,
  );
  await forEachParallel(readable, CONNECTIONS, async (image) => {
    const { file, sha256 } = image.entry;
    const isThere = (await isFetched(file, image.size)) && (await isOfDigest(file, sha256));
    if (!isThere) missing.set(file, image);
  });
  const progress = imageProgress("fetching images", missing.size, report);
  let done = 0;
  await forEachParallel(missing.values(), CONNECTIONS, async (image) => {
    signal.throwIfAborted();
    await image.fetch();
    progress(++done);
  });
}
