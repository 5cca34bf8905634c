/** Puts the images of a folder on this machine into the store, for workers that cannot see it. */
import { imageProgress } from "../../data/dataset/imageProgress.js";
import { HEAD_BYTES, whyNoImage } from "../../data/image/signature.js";
import { digestSource } from "../../data/source/digest.js";
import { digestCacheFile } from "../../data/source/digestCache.js";
import type { SourceEntries } from "../../data/source/entries.js";
import { lookAtRegular, openRegular, readUpTo } from "../../data/source/openFile.js";
import { listSource } from "../../data/source/source.js";
import { whyUnreadable } from "../../spec/images/unreadable.js";
import type { Progress } from "../../spec/records/training.js";
import type { SourceReading } from "../../spec/runFile/folders.js";
import type { UploadList } from "../../spec/schemas/store/upload.js";
import { patientStore, type Store } from "../../store/connection/connection.js";
import { storedDigests, storeImage, writeUploadList } from "../../store/images/uploads.js";
import { forEachParallel } from "../../store/parallel.js";

export interface UploadOptions extends SourceReading {
  /** The images, where the command has listed them already. */
  readonly listed?: SourceEntries;
  readonly onProgress: (progress: Progress) => void;
  /** Ends it; what was uploaded stays, and the next call goes on from there. */
  readonly signal: AbortSignal;
}

export interface Upload {
  /** SHA-256 of the set, hex: the same that a run on the folder itself would have. */
  readonly digest: string;
  readonly images: number;
  /** What was not there yet: files (copies of an image are one), and their bytes. */
  readonly sent: { readonly files: number; readonly bytes: number };
  /** Files that are called images and are none: their bytes stayed here. */
  readonly leftOut: readonly { readonly path: string; readonly reason: string }[];
}

/** As many as bring the most on the way to a server (bench/README.md). */
const CONNECTIONS = 16;
/** A person waits: shorter than a worker's patience, longer than a server's restart. */
const PATIENCE_MS = 60_000;

/**
 * Only what begins as an image does is sent: a file's name is chosen by whoever made the folder.
 * @param dataPath absolute path of a folder of class folders or of a manifest
 * @throws ThawError those of `listSource` and `digestSource`, DATA_INVALID when a file changes meanwhile, STORE_…
 */
export async function uploadImages(
  given: Store,
  dataPath: string,
  workFolder: string,
  { onProgress, signal, listed, ...reading }: UploadOptions,
): Promise<Upload> {
  const store = patientStore(given, { milliseconds: PATIENCE_MS, signal });
  const source = listed ?? (await listSource(dataPath, undefined, reading));
  const checked = imageProgress("checking files", source.entries.length, onProgress);
  const { digest, files } = await digestSource(source, digestCacheFile(workFolder), (done) => {
    signal.throwIfAborted();
    checked(done);
  });
  const list = await uploadList(source, files);
  onProgress({ phase: "looking what is there", step: 0, total: 1 });
  await writeUploadList(store, digest, list);
  const readable = [...files.values()].filter(isReadable);
  const stored = await storedDigests(store, readable);
  const missing = new Map<string, Listed>();
  for (const [index, entry] of list.entries.entries()) {
    const file = source.entries[index]?.file;
    if (file !== undefined && isReadable(entry.sha256) && !stored.has(entry.sha256))
      missing.set(entry.sha256, { file, entry });
  }
  const others = await findOthers(source, [...missing.values()]);
  for (const digest of others.keys()) missing.delete(digest);
  const entries = list.entries.map((entry) => {
    const reason = others.get(entry.sha256);
    return reason === undefined ? entry : { ...entry, leftOut: reason };
  });
  if (others.size > 0) await writeUploadList(store, digest, { ...list, entries });
  const progress = imageProgress("uploading images", missing.size, onProgress);
  let sent = { files: 0, bytes: 0 };
  await forEachParallel(missing.values(), CONNECTIONS, async ({ file, entry }) => {
    signal.throwIfAborted();
    await storeImage(store, file, await openRegular(file, source.within), entry);
    sent = { files: sent.files + 1, bytes: sent.bytes + entry.size };
    progress(sent.files);
  });
  const leftOut = entries.flatMap(({ path, leftOut: reason }) =>
    reason === undefined ? [] : [{ path, reason }],
  );
  return { digest, images: list.entries.length - leftOut.length, sent, leftOut };
}

interface Listed {
  readonly file: string;
  readonly entry: UploadList["entries"][number];
}

/** By digest, why files are no images, told by their first bytes. */
async function findOthers(
  { within }: SourceEntries,
  files: readonly Listed[],
): Promise<ReadonlyMap<string, string>> {
  const others = new Map<string, string>();
  await forEachParallel(files, CONNECTIONS, async ({ file, entry }) => {
    const { handle, size } = await openRegular(file, within);
    try {
      const reason = whyNoImage(await readUpTo(handle, Math.min(size, HEAD_BYTES)));
      if (reason !== undefined) others.set(entry.sha256, reason);
    } finally {
      await handle.close();
    }
  });
  return others;
}

const isReadable = (digest: string | undefined): boolean => whyUnreadable(digest) === undefined;

async function uploadList(
  { entries, within, ...source }: SourceEntries,
  digests: ReadonlyMap<string, string>,
): Promise<UploadList> {
  const sized = new Map<string, number>();
  const readable = entries.filter(({ path }) => isReadable(digests.get(path)));
  await forEachParallel(readable, CONNECTIONS, async ({ file }) => {
    sized.set(file, (await lookAtRegular(file, within)).size);
  });
  return {
    source: source.source,
    classes: [...source.classes],
    entries: entries.map(({ path, label, group, split, file }) => ({
      path,
      label,
      ...(group === undefined ? {} : { group }),
      ...(split === undefined ? {} : { split }),
      sha256: digests.get(path) ?? "",
      size: sized.get(file) ?? 0,
    })),
    ignored: [...source.ignored],
  };
}
