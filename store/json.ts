/** Small JSON objects in the bucket: read, write, write once, list. */
import { isMissing, isPreconditionFailed, type Store, storeCall } from "./connection/connection.js";

const HEADERS = { "Content-Type": "application/json" };

/** The parsed object, or undefined when there is none. Unparsable text gives null. */
export async function getJson(store: Store, name: string): Promise<unknown> {
  return storeCall(store, `reading ${name}`, async () => {
    const text = await readText(store, name);
    return text === undefined ? undefined : parseOrNull(text);
  });
}

/** The object as text, or undefined when there is none. Call it within a `storeCall`, which names what is done. */
export async function readText(store: Store, name: string): Promise<string | undefined> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of await store.client.getObject(store.bucket, name)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString("utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Null for what is no JSON. */
export function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export async function putJson(store: Store, name: string, value: unknown): Promise<void> {
  const body = Buffer.from(JSON.stringify(value));
  await storeCall(store, `writing ${name}`, () =>
    store.client.putObject(store.bucket, name, body, body.length, HEADERS),
  );
}

/**
 * Writes only if no such object exists (`If-None-Match: *`).
 * @returns whether this call wrote it
 */
export async function putJsonOnce(store: Store, name: string, value: unknown): Promise<boolean> {
  const body = Buffer.from(JSON.stringify(value));
  return storeCall(store, `committing ${name}`, async () => {
    try {
      await store.client.putObject(store.bucket, name, body, body.length, {
        ...HEADERS,
        "If-None-Match": "*",
      });
      return true;
    } catch (error) {
      if (isPreconditionFailed(error)) return false;
      throw error;
    }
  });
}

/** Names of the objects under a prefix, sorted. */
export async function listNames(store: Store, prefix: string): Promise<string[]> {
  return storeCall(store, `listing ${prefix}`, async () => {
    const names: string[] = [];
    for await (const item of store.client.listObjectsV2(store.bucket, prefix, true)) {
      const name = (item as { name?: string }).name;
      if (name !== undefined) names.push(name);
    }
    return names.sort();
  });
}
