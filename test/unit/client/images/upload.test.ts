/** Uploads with files that cannot be read, into a store in memory. */
import assert from "node:assert/strict";
import { mkdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { test } from "node:test";
import { localSource } from "../../../../activities/heavy/localSource.js";
import { uploadImages } from "../../../../client/images/upload.js";
import { storeImages } from "../../../../data/dataset/storeImages.js";
import { digestSource } from "../../../../data/source/digest.js";
import type { SourceEntries } from "../../../../data/source/entries.js";
import { readFetched } from "../../../../data/source/fetched.js";
import { listSource } from "../../../../data/source/source.js";
import type { Store } from "../../../../store/connection/connection.js";
import { png, temporaryFolder, writeFiles } from "../../../support/images/pictures.js";

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
  const one = await png(64, 64, 1);
  await writeFiles(images, { "a/1.png": one, "b/1.png": await png(64, 64, 2) });
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
  assert.deepEqual(await readFile(first?.file ?? ""), one);
});

test("only what begins as an image does is sent, whatever its name says", async (t) => {
  const folder = await temporaryFolder(t);
  const images = join(folder, "images");
  const secret = "-----BEGIN OPENSSH PRIVATE KEY-----";
  await writeFiles(images, {
    "a/1.png": await png(64, 64, 1),
    "a/key.jpg": secret,
    "b/1.png": await png(64, 64, 2),
    "b/empty.png": "",
    "b/photo.heic": Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1"),
    "b/page.gif": "<!doctype html><title>not found</title>",
  });
  const objects = new Map<string, Buffer>();
  const store = storeInMemory(objects);
  const { signal } = new AbortController();
  const uploadAll = () =>
    uploadImages(store, images, join(folder, "here"), { signal, onProgress: () => undefined });
  const { digest, images: count, sent, leftOut } = await uploadAll();
  assert.deepEqual([count, sent.files], [2, 2]);
  const readable = "(JPEG, PNG, WebP, GIF, TIFF and AVIF can be read)";
  const reasons = [
    { path: "a/key.jpg", reason: `it is text ${readable}` },
    { path: "b/empty.png", reason: "the file is empty" },
    { path: "b/page.gif", reason: `it is an HTML page ${readable}` },
    { path: "b/photo.heic", reason: `it is a HEIC photograph; convert it to JPEG ${readable}` },
  ];
  assert.deepEqual(leftOut, reasons);
  assert.ok([...objects.values()].every((bytes) => !bytes.includes(secret)));
  assert.deepEqual((await uploadAll()).leftOut, reasons, "and so when the images are there already");

  // The worker makes of the upload what it makes of the folder: the same images, the same reasons.
  const list = await localSource({ dataPath: images, upload: digest }, join(folder, "there"), {
    store,
    digests: { source: digest },
    report: () => undefined,
    signal,
  });
  assert.ok(typeof list === "object");
  const stored = async (source: SourceEntries, out: string) => {
    await mkdir(out);
    const { files } = await digestSource(source, join(folder, "digests.json"));
    return storeImages(source, files, { background: "white", keepShortSide: 64 }, out, () => undefined);
  };
  const there = await stored(await readFetched(list.fetched), join(folder, "of-upload"));
  assert.deepEqual(there, await stored(await listSource(images), join(folder, "of-folder")));
  assert.deepEqual(
    there.quarantined.map(({ path, reason }) => ({ path, reason })),
    reasons,
  );
});
