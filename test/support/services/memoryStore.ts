/** A store in memory: as much of the `minio` client as records and small artifacts need. */
import { Readable } from "node:stream";
import type { Store } from "../../../store/connection/connection.js";

export interface MemoryStore {
  readonly store: Store;
  readonly objects: Map<string, Buffer>;
}

export function memoryStore(): MemoryStore {
  const objects = new Map<string, Buffer>();
  const failure = (code: string): Error => Object.assign(new Error(code), { code });
  const client = {
    bucketExists: async () => true,
    async *listObjectsV2(_bucket: string, prefix: string) {
      for (const name of objects.keys()) if (name.startsWith(prefix)) yield { name };
    },
    async getObject(_bucket: string, name: string) {
      const found = objects.get(name);
      if (found === undefined) throw failure("NoSuchKey");
      return Readable.from([found]);
    },
    async putObject(
      _bucket: string,
      name: string,
      body: Buffer | Readable,
      _size: number,
      headers: Record<string, string> = {},
    ) {
      if ("If-None-Match" in headers && objects.has(name)) throw failure("PreconditionFailed");
      objects.set(name, Buffer.isBuffer(body) ? body : Buffer.concat(await body.toArray()));
    },
    async statObject(_bucket: string, name: string) {
      const found = objects.get(name);
      if (found === undefined) throw failure("NotFound");
      return { size: found.length, lastModified: new Date() };
    },
    async removeObject(_bucket: string, name: string) {
      objects.delete(name);
    },
  };
  const store = { client, bucket: "memory", endpoint: "memory", refusalHint: "" } as unknown as Store;
  return { store, objects };
}
