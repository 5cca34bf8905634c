/** Whether a file on this machine still holds what its digest says: it is read once a process, and again once it was touched. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

/** Megabytes at a time: SHA-256 runs at 1 to 2 GB a second then, at half of that with Node's 64 KB. */
const CHUNK_BYTES = 2 ** 20;

/** SHA-256 of a file's bytes, hex. */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: CHUNK_BYTES }), hash);
  return hash.digest("hex");
}

/** Weights and packs are few; of images, of which there may be millions, the last ones. */
const MOST_KNOWN = 10_000;

/** What this process has read to the end: the file's signature and digest, by path. */
const known = new Map<string, { readonly signature: string; readonly digest: string }>();

/** Changes with every write: the system sets `ctime`, whatever a program says of `mtime`. */
async function signatureOf(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found && `${found.dev}:${found.ino}:${found.size}:${found.mtimeNs}:${found.ctimeNs}`;
}

/**
 * @param digest SHA-256, hex
 * @returns `"absent"` where there is no such file
 */
export async function lookAt(path: string, digest: string): Promise<"intact" | "changed" | "absent"> {
  const signature = await signatureOf(path);
  if (signature === undefined) return "absent";
  const before = known.get(path);
  const own = before?.signature === signature ? before.digest : await fileDigest(path).catch(() => undefined);
  if (own === undefined) return "absent";
  remember(path, signature, own);
  return own === digest ? "intact" : "changed";
}

/** Of a file that the caller has just written, with a digest taken on the way: it is not read again. */
export async function noteIntact(path: string, digest: string): Promise<void> {
  const signature = await signatureOf(path);
  if (signature !== undefined) remember(path, signature, digest);
}

function remember(path: string, signature: string, digest: string): void {
  known.delete(path);
  known.set(path, { signature, digest });
  const [oldest] = known.keys();
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
}
