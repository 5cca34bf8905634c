/** Uploads with files that cannot be read, into a store in memory. */
import assert from "node:assert/strict";
import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { test } from "node:test";
import { localSource } from "../../../../activities/heavy/localSource.js";
import { uploadImages } from "../../../../client/images/upload.js";
import { digestSource } from "../../../../data/source/digest.js";
import { readFetched } from "../../../../data/source/fetched.js";
import { listSource } from "../../../../data/source/source.js";
import type { Store } from "../../../../store/connection/connection.js";
import { temporaryFolder, writeFiles } from "../../../support/images/pictures.js";

function storeInMemory(objects: Map<string, Buffer>): Store {
  const client = {
    putObject: async (_bucket: string, name: string, body: Buffer) => objects.set(name, body),
    getObject: async (_bucket: string, name: string) => Readable.from([objects.get(name)]),
    listObjectsV2: (_bucket: string, prefix: string) =>
      [...objects].flatMap(([name, { length: size }]) =>
        name.startsWith(prefix) ? [{ name, size, lastModified: new Date() }] : [],
      ),
  };
  return {
    client: client as unknown as Store["client"],
    bucket: "thaw",
    endpoint: "memory",
    refusalHint: "none",
  };
}

test("a file that cannot be read is in the upload's list, and nobody sends or fetches it", async (t) => {
  const folder = await temporaryFolder(t);
  const images = join(folder, "images");
  await writeFiles(images, { "a/1.jpg": "one", "b/1.jpg": "two" });
  await symlink("nowhere.jpg", join(images, "b/dangling.jpg"));
  const objects = new Map<string, Buffer>();
  const store = storeInMemory(objects);
  const { signal } = new AbortController();
  const upload = await uploadImages(store, images, join(folder, "here"), {
    signal,
    onProgress: () => undefined,
  });
  const here = await digestSource(await listSource(images), join(folder, "digests.json"));
  assert.equal(upload.digest, here.digest, "of the folder and of its upload");
  assert.deepEqual([upload.images, upload.sent.files], [3, 2]);
  assert.equal([...objects.keys()].filter((name) => name.startsWith("objects/")).length, 2);

  const work = join(folder, "there");
  const list = await localSource({ dataPath: images, upload: upload.digest }, work, {
    store,
    digests: { source: upload.digest },
    report: () => undefined,
    signal,
  });
  assert.ok(typeof list === "object");
  const fetched = await readFetched(list.fetched);
  const there = await digestSource(fetched, join(work, "digests.json"));
  assert.equal(there.digest, upload.digest);
  assert.equal(there.files.get("b/dangling.jpg"), "unreadable:ENOENT");
  const [first] = fetched.entries;
  assert.equal(await readFile(first?.file ?? "", "utf8"), "one");
});
