/** Images that lie in a bucket or an upload: each with its file on this machine, once it is fetched. */
import { imageProgress } from "../../data/dataset/imageProgress.js";
import { lookAt } from "../../files/intact.js";
import { ThawError } from "../../spec/errors.js";
import type { ListedObject } from "../../spec/images/objects.js";
import { downloadObject } from "../../store/artifacts/artifacts.js";
import type { Store } from "../../store/connection/connection.js";
import { fetchObject, fileOfDigest, fileOfObject, isFetched } from "../../store/images/files.js";
import { uploadGone } from "../../store/images/uploads.js";
import { forEachParallel } from "../../store/parallel.js";
import type { FetchContext } from "./stageRunner.js";

/** Images are small, and time goes into waiting for answers: see bench/README.md. */
const CONNECTIONS = 16;

export interface Fetchable {
  /** Absolute path on this machine; of an image that could not be read when it was uploaded there will be none. */
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** Of the bytes, hex; only uploads say it. */
  readonly sha256?: string;
  fetch(): Promise<void>;
}

/** The version of an object that was listed. Its `fetch` throws ThawError DATA_INVALID when that is gone, STORE_… */
export function fetchableObject(store: Store, workFolder: string, object: ListedObject): Fetchable {
  const file = fileOfObject(workFolder, store.endpoint, object);
  return { file, size: object.size, fetch: () => fetchObject(store, object, file) };
}

/**
 * @param upload digest of the whole
 * @param image its `sha256` is of its bytes
 * @returns its `fetch` throws ThawError NOT_FOUND when the upload is not whole, STORE_…
 */
export function fetchableUpload(
  store: Store,
  workFolder: string,
  upload: string,
  { path, sha256, size }: { readonly path: string; readonly sha256: string; readonly size: number },
): Fetchable {
  const file = fileOfDigest(workFolder, sha256);
  const fetch = (): Promise<void> =>
    downloadObject(store, sha256, path, file).catch((error: unknown) => {
      const isGone = error instanceof ThawError && error.code === "NOT_FOUND";
      throw isGone ? uploadGone(upload, path, error) : error;
    });
  return { file, size, sha256, fetch };
}

async function isOfDigest(file: string, sha256: string | undefined): Promise<boolean> {
  return sha256 === undefined || (await lookAt(file, sha256)) === "intact";
}

/** Those that are not here yet, or not for long. @throws as their `fetch` */
export async function fetchMissing(
  images: Iterable<Fetchable>,
  { report, signal }: Pick<FetchContext, "report" | "signal">,
): Promise<void> {
  // Copies of an image are one file.
  const missing = new Map<string, Fetchable>();
  await forEachParallel(images, CONNECTIONS, async (image) => {
    const { file, size, sha256 } = image;
    const isThere = (await isFetched(file, size)) && (await isOfDigest(file, sha256));
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
