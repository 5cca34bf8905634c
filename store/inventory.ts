/** What lies in the bucket: names, sizes and ages; and its removal in bulk. */
import { type Store, storeCall } from "./connection/connection.js";

export interface StoredObject {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly modified: Date;
}

/** All objects under a prefix. */
export async function listObjects(store: Store, prefix: string): Promise<StoredObject[]> {
  return storeCall(store, `listing ${prefix}`, async () => {
    const objects: StoredObject[] = [];
    for await (const item of store.client.listObjectsV2(store.bucket, prefix, true)) {
      const { name, size, lastModified } = item as { name?: string; size?: number; lastModified?: Date };
      if (name !== undefined && lastModified !== undefined)
        objects.push({ name, size: size ?? 0, modified: new Date(lastModified) });
    }
    return objects;
  });
}

/** S3 takes a thousand names in a request at most; fewer keep the progress moving. */
const BATCH = 200;

/** Removes the objects; one that is not there any more is no error. @param onRemoved called with how many are gone */
export async function removeObjects(
  store: Store,
  names: readonly string[],
  onRemoved: (done: number) => void = () => undefined,
): Promise<void> {
  for (let start = 0; start < names.length; start += BATCH) {
    const batch = names.slice(start, start + BATCH);
    await storeCall(store, `removing ${batch.length} objects`, () =>
      store.client.removeObjects(store.bucket, batch),
    );
    onRemoved(start + batch.length);
  }
}
