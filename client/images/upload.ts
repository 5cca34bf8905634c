/** Puts the images of a folder on this machine into the store, for workers that cannot see it. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { imageProgress } from "../../data/dataset/imageProgress.js";
import { digestSource } from "../../data/source/digest.js";
import type { SourceEntries } from "../../data/source/entries.js";
import { listSource } from "../../data/source/source.js";
import { whyUnreadable } from "../../spec/images/unreadable.js";
import type { Progress } from "../../spec/records/training.js";
import type { FolderReading } from "../../spec/runFile/folders.js";
import type { UploadList } from "../../spec/schemas/store/upload.js";
import { patientStore, type Store } from "../../store/connection/connection.js";
import { storedDigests, storeImage, writeUploadList } from "../../store/images/uploads.js";
import { forEachParallel } from "../../store/parallel.js";

export interface UploadOptions {
  readonly onProgress: (progress: Progress) => void;
  /** Ends it; what was uploaded stays, and the next call goes on from there. */
  readonly signal: AbortSignal;
  /** What the run file says that folders mean. */
  readonly folders?: FolderReading | undefined;
}

export interface Upload {
  /** SHA-256 of the set, hex: the same that a run on the folder itself would have. */
  readonly digest: string;
  readonly images: number;
  /** What was not there yet: files (copies of an image are one), and their bytes. */
  readonly sent: { readonly files: number; readonly bytes: number };
}

/** As many as bring the most on the way to a server (bench/README.md). */
const CONNECTIONS = 16;
/** A person waits: shorter than a worker's patience, longer than a server's restart. */
const PATIENCE_MS = 60_000;

/**
 * @param dataPath absolute path of a folder of class folders or of a manifest
 * @throws ThawError those of `listSource` and `digestSource`, DATA_INVALID when a file changes meanwhile, STORE_…
 */
export async function uploadImages(
  given: Store,
  dataPath: string,
  workFolder: string,
  { onProgress, signal, folders }: UploadOptions,
): Promise<Upload> {
  const store = patientStore(given, { milliseconds: PATIENCE_MS, signal });
  const source = await listSource(dataPath, undefined, folders);
  const checked = imageProgress("checking files", source.entries.length, onProgress);
  // The activities' own file: images are read again only where they changed.
  const { digest, files } = await digestSource(source, join(workFolder, "source-digests.json"), (done) => {
    signal.throwIfAborted();
    checked(done);
  });
  const list = await uploadList(source, files);
  onProgress({ phase: "looking what is there", step: 0, total: 1 });
  await writeUploadList(store, digest, list);
  const readable = [...files.values()].filter(isReadable);
  const stored = await storedDigests(store, readable);
  const missing = new Map<string, readonly [path: string, UploadList["entries"][number]]>();
  for (const [index, entry] of list.entries.entries()) {
    const path = source.entries[index]?.file;
    if (path !== undefined && isReadable(entry.sha256) && !stored.has(entry.sha256))
      missing.set(entry.sha256, [path, entry]);
  }
  const progress = imageProgress("uploading images", missing.size, onProgress);
  let sent = { files: 0, bytes: 0 };
  await forEachParallel(missing.values(), CONNECTIONS, async ([path, entry]) => {
    signal.throwIfAborted();
    await storeImage(store, path, entry);
    sent = { files: sent.files + 1, bytes: sent.bytes + entry.size };
    progress(sent.files);
  });
  return { digest, images: list.entries.length, sent };
}

const isReadable = (digest: string | undefined): boolean => whyUnreadable(digest) === undefined;

async function uploadList(
  { entries, ...source }: SourceEntries,
  digests: ReadonlyMap<string, string>,
): Promise<UploadList> {
  const sized = new Map<string, number>();
  const readable = entries.filter(({ path }) => isReadable(digests.get(path)));
  await forEachParallel(readable, CONNECTIONS, async ({ file }) => {
    sized.set(file, (await stat(file)).size);
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
