/**
 * Uploaded images: `uploads/DIGEST/images.json` lists them, their bytes lie under `objects/` like those of artifacts,
 * and `uploads/DIGEST/runs/RUN.json` says which runs read them.
 */
import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { ThawError } from "../../spec/errors.js";
import { type UploadList, uploadListSchema } from "../../spec/schemas/store/upload.js";
import { OBJECTS_PREFIX, objectName } from "../artifacts/artifacts.js";
import { sha256 } from "../artifacts/keys.js";
import { type Store, storeCall } from "../connection/connection.js";
import { listObjects } from "../inventory.js";
import { forEachParallel } from "../parallel.js";
import { readRecord, withoutSeal, writeRecord } from "../record.js";

export const UPLOADS_PREFIX = "uploads/";
const listName = (digest: string): string => `${UPLOADS_PREFIX}${digest}/images.json`;

/** The upload that an object under {@link UPLOADS_PREFIX} belongs to, and the run that it says reads it. */
export function uploadOf(name: string): { readonly digest: string; readonly runId?: string } | undefined {
  const [, digest, runId] = /^uploads\/([0-9a-f]{64})\/(?:images|runs\/([^/]+))\.json$/.exec(name) ?? [];
  if (digest === undefined) return undefined;
  return runId === undefined ? { digest } : { digest, runId };
}

/**
 * Written before the bytes: from then on garbage collection keeps those that are there already. An upload is whole
 * when a run refers to it.
 */
export async function writeUploadList(store: Store, digest: string, list: UploadList): Promise<void> {
  await writeRecord(store, listName(digest), list);
}

/** @throws ThawError NOT_FOUND when there is no such upload, ARTIFACT_CORRUPT when its list is damaged, STORE_… */
export async function readUploadList(store: Store, digest: string): Promise<UploadList> {
  const list = await readRecord(store, listName(digest), {
    schema: uploadListSchema,
    what: `the list of the uploaded images (upload ${digest.slice(0, 12)})`,
    remedy: "`thaw run --upload` on the machine that has the images writes it anew",
  });
  if (list !== undefined) return withoutSeal(list);
  throw uploadGone(digest, "the list of the uploaded images");
}

/** What a run is told that finds part of its upload missing. */
export function uploadGone(digest: string, what: string, cause?: unknown): ThawError {
  return new ThawError("NOT_FOUND", `${what} (upload ${digest.slice(0, 12)}) is not in the store`, {
    hint: "it was removed; `thaw run --upload` on the machine that has the images puts it there again",
    cause,
  });
}

/** Keeps the upload for as long as the run is kept. */
export async function referToUpload(store: Store, digest: string, runId: string): Promise<void> {
  await writeRecord(store, `${UPLOADS_PREFIX}${digest}/runs/${runId}.json`, {
    since: new Date().toISOString(),
  });
}

/** Listings of parts of the store at a time. */
const LISTINGS = 16;

/** Those of the digests whose bytes are in the store, found by listing the parts of it where they would be. */
export async function storedDigests(store: Store, digests: Iterable<string>): Promise<ReadonlySet<string>> {
  const wanted = new Set(digests);
  const parts = new Set([...wanted].map((digest) => digest.slice(0, 2)));
  const found = new Set<string>();
  await forEachParallel(parts, LISTINGS, async (part) => {
    for (const { name } of await listObjects(store, `${OBJECTS_PREFIX}${part}/`)) {
      const digest = name.slice(name.lastIndexOf("/") + 1);
      if (wanted.has(digest)) found.add(digest);
    }
  });
  return found;
}

/** Larger files are not held in memory. */
const STREAMED_BYTES = 32 * 1024 * 1024;

/** A file that was opened; it is closed when it is stored. */
export interface OpenFile {
  readonly handle: FileHandle;
  /** Bytes. */
  readonly size: number;
}

/**
 * Stores the bytes of an image under their digest.
 * @param path for messages
 * @throws ThawError DATA_INVALID when the file is no longer what was digested
 */
export async function storeImage(
  store: Store,
  path: string,
  { handle, size: found }: OpenFile,
  { sha256: digest, size }: Pick<UploadList["entries"][number], "sha256" | "size">,
): Promise<void> {
  const read = (): Readable => handle.createReadStream({ start: 0, end: size - 1, autoClose: false });
  try {
    const bytes = size > STREAMED_BYTES ? undefined : await buffer(read());
    const isSame =
      found === size && (bytes === undefined ? await streamDigest(read()) : sha256(bytes)) === digest;
    if (!isSame) {
      throw new ThawError("DATA_INVALID", `${path} changed while the images were uploaded`, {
        hint: "start the run again once nothing writes to the images any more",
      });
    }
    await storeCall(store, `storing ${path}`, () =>
      store.client.putObject(store.bucket, objectName(digest), bytes ?? read(), size),
    );
  } finally {
    await handle.close();
  }
}

async function streamDigest(stream: Readable): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(stream, hash);
  return hash.digest("hex");
}
