/** Fills buckets of a real S3 server with files of this machine. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Store } from "../../../store/connection/connection.js";

/** Puts every file below `folder` under `prefix`, which ends in a slash or is empty. */
export async function fillBucket(
  store: Store,
  bucket: string,
  prefix: string,
  folder: string,
): Promise<void> {
  if (!(await store.client.bucketExists(bucket))) await store.client.makeBucket(bucket);
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const item of found.filter((one) => one.isFile())) {
    const path = join(item.parentPath, item.name);
    const key = prefix + path.slice(folder.length + 1);
    await store.client.putObject(bucket, key, await readFile(path));
  }
}
