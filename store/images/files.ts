/** Images of buckets and uploads as files on this machine, fetched once. */
import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { ThawError } from "../../spec/errors.js";
import { bucketUrl, type ListedObject } from "../../spec/images/objects.js";
import { canonicalJson, sha256 } from "../artifacts/keys.js";
import { isMissing, type Store, storeCall } from "../connection/connection.js";
import { writeStream } from "../writeStream.js";

/** Garbage collection removes them then. */
export const IMAGES_KEPT_DAYS = 30;
/** At half that age they are fetched again: what is younger stays while a run reads it. */
const FETCH_AGAIN_MS = (IMAGES_KEPT_DAYS / 2) * 24 * 3600 * 1000;

/** Where an image lies whose bytes are known by their digest. */
export function fileOfDigest(workFolder: string, digest: string): string {
  return join(workFolder, "images", digest);
}

/** Where an object of a bucket lies; another version of it lies elsewhere. */
export function fileOfObject(workFolder: string, endpoint: string, object: ListedObject): string {
  return fileOfDigest(workFolder, sha256(canonicalJson({ endpoint, ...object })));
}

/** Whether the file is there, and will be for a while. Files appear whole, so their size tells; of uploads the digest is compared besides. */
export async function isFetched(file: string, size: number): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && found.size === size && Date.now() - found.mtimeMs < FETCH_AGAIN_MS;
}

async function openListed(store: Store, object: ListedObject) {
  const url = bucketUrl(object);
  const source = await store.client.getObject(object.bucket, object.key).catch((error: unknown) => {
    throw isMissing(error) ? changed(`${url} went away`, error) : error;
  });
  // The client gives the response itself, and calls it a stream.
  const { etag = "" } = (source as { headers?: { etag?: string } }).headers ?? {};
  if (etag.replaceAll('"', "") === object.etag) return source;
  source.destroy();
  throw changed(`${url} changed`);
}

/**
 * Downloads the version of an object that was listed, atomically.
 * @throws ThawError DATA_INVALID when it is not there any more or has changed, STORE_…
 */
export async function fetchObject(store: Store, object: ListedObject, destination: string): Promise<void> {
  const url = bucketUrl(object);
  // Workers in pods of their own have the same process id.
  const partial = `${destination}.${randomUUID()}.part`;
  await mkdir(join(destination, ".."), { recursive: true });
  try {
    await storeCall(store, `reading ${url}`, async () => {
      await writeStream(() => openListed(store, object), partial);
      const { size } = await stat(partial);
      if (size !== object.size) throw new Error(`${url} ended after ${size} of ${object.size} bytes`);
    });
    await rename(partial, destination);
  } finally {
    await rm(partial, { force: true });
  }
}

function changed(what: string, cause?: unknown): ThawError {
  return new ThawError("DATA_INVALID", `${what} while the images were read`, {
    hint: "start the run again once nothing writes to the bucket any more",
    cause,
  });
}
