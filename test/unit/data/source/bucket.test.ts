/** Images in a bucket are listed as the same files in a folder would be. */
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { commonFolder, entriesBelow } from "../../../../data/source/bucket.js";
import { digestSource } from "../../../../data/source/digest.js";
import type { SourceEntries } from "../../../../data/source/entries.js";
import { listSource } from "../../../../data/source/source.js";
import { ThawError } from "../../../../spec/errors.js";
import type { ListedObject } from "../../../../spec/images/objects.js";
import { temporaryFolder, writeFiles } from "../../../support/images/pictures.js";

const PLACE = { bucket: "photos", key: "pets/" };
const object = (path: string, etag = "e", size = 1): ListedObject => ({
  bucket: "photos",
  key: `pets/${path}`,
  size,
  etag,
});
const listed = (...paths: string[]): SourceEntries =>
  entriesBelow(
    PLACE,
    paths.map((path) => object(path)),
  );

/** What of a listing is part of an ingest. */
const shownOf = ({ classes, entries, ignored }: SourceEntries) => ({
  classes,
  ignored,
  entries: entries.map(({ path, label, split }) => ({ path, label, split })),
});

const SETS: Readonly<Record<string, readonly string[]>> = {
  "a folder for each class": ["cats/1.jpg", "dogs/1.png", "dogs/2.JPEG"],
  "folders within classes": ["cats/2025/1.jpg", "cats/2026/03/1.jpg", "dogs/a.jpg", "dogs-and-cats/b.jpg"],
  "other files, loose images, hidden ones": [
    "README.md",
    "loose.jpg",
    ".DS_Store",
    "cats/1.jpg",
    "cats/notes.txt",
    "cats/._1.jpg",
    "cats/.thumbs/1.jpg",
    "cats/.thumbs/2.jpg",
    "dogs/1.heic",
    "__MACOSX/dogs/1.jpg",
    ".git/objects/1.jpg",
  ],
  "folders of splits": [
    "README.md",
    "train/cats/1.jpg",
    "train/dogs/old/1.jpg",
    "train/loose.jpg",
    "train/.thumbs/1.jpg",
    "Val/cats/2.jpg",
    "Val/cats/.2.jpg",
    "test/3.jpg",
  ],
  "names that are no ASCII, sorted by code unit": ["Ä/é b+c%20&.jpg", "z/1.jpg", "Z/2.jpg", "Z/10.jpg"],
};
for (const [what, paths] of Object.entries(SETS)) {
  it(`a prefix lists like a folder: ${what}`, async (t) => {
    const folder = await temporaryFolder(t);
    await writeFiles(folder, Object.fromEntries(paths.map((path) => [path, "x"])));
    assert.deepEqual(shownOf(listed(...paths)), shownOf(await listSource(folder)));
  });
}

async function refusal(action: () => unknown): Promise<ThawError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof ThawError) return error;
  }
  return assert.fail("it was not refused");
}

const REFUSED: Readonly<Record<string, readonly string[]>> = {
  "one class": ["cats/1.jpg", "loose.jpg"],
  "no class": ["1.jpg", "2.jpg"],
  "folders of splits without classes": ["train/1.jpg", "test/1.jpg"],
  "a class without images in any split": ["train/cats/1.jpg", "train/dogs/", "test/cats/2.jpg"],
  "one class in the splits": ["train/cats/1.jpg", "test/cats/2.jpg"],
  "a class without images": ["cats/1.jpg", "dogs/notes.txt"],
  "an empty class": ["cats/1.jpg", "dogs/"],
};
for (const [what, paths] of Object.entries(REFUSED)) {
  it(`a prefix is refused like a folder: ${what}`, async (t) => {
    const folder = await temporaryFolder(t);
    const files = paths.filter((path) => !path.endsWith("/"));
    await writeFiles(folder, Object.fromEntries(files.map((path) => [path, "x"])));
    for (const path of paths.filter((one) => one.endsWith("/"))) await mkdir(join(folder, path));
    const local = await refusal(() => listSource(folder));
    const remote = await refusal(() => listed(...paths));
    assert.equal(remote.code, local.code);
    assert.equal(remote.message, local.message.replaceAll(folder, "s3://photos/pets"));
    assert.equal(remote.hint, local.hint?.replaceAll(folder, "s3://photos/pets"));
  });
}

describe("the digest of images in a bucket", () => {
  const digestOf = async (source: SourceEntries): Promise<string> =>
    (await digestSource(source, join("/", "nowhere", "cache.json"))).digest;

  it("changes with an object's version, size, name or class, and with nothing else", async () => {
    const of = (...objects: ListedObject[]) => digestOf(entriesBelow(PLACE, objects));
    const first = object("cats/1.jpg");
    const usual = await of(first, object("dogs/1.jpg"));
    assert.equal(await of(object("dogs/1.jpg"), first, object("dogs/notes.txt")), usual);
    const others = [
      await of(object("cats/1.jpg", "f"), object("dogs/1.jpg")),
      await of(object("cats/1.jpg", "e", 2), object("dogs/1.jpg")),
      await of(object("cats/2.jpg"), object("dogs/1.jpg")),
      await of(first, object("dogs/1.jpg"), object("dogs/2.jpg")),
    ];
    assert.equal(new Set([usual, ...others]).size, 5);
  });

  it("is the folder's own where the images' digests are known", async (t) => {
    const folder = await temporaryFolder(t);
    await writeFiles(folder, { "a/1.jpg": "one", "b/2.jpg": "two" });
    const source = await listSource(folder);
    const { digest, files } = await digestSource(source, join(folder, "cache.json"));
    const known = source.entries.map((entry) => {
      const sha256 = files.get(entry.path);
      return { ...entry, file: "gone", ...(sha256 === undefined ? {} : { sha256 }) };
    });
    assert.equal(await digestOf({ ...source, source: "elsewhere", entries: known }), digest);
  });
});

const COMMON: readonly (readonly [keys: string[], folder: string])[] = [
  [[], ""],
  [["a/b/1.jpg"], "a/b/"],
  [["a/b/1.jpg", "a/b/12.jpg"], "a/b/"],
  [["a/bird/1.jpg", "a/bee/1.jpg"], "a/"],
  [["a/1.jpg", "b/1.jpg"], ""],
];
for (const [keys, folder] of COMMON) {
  it(`the common folder of ${keys.join(", ") || "nothing"} is "${folder}"`, () => {
    assert.equal(commonFolder(keys), folder);
  });
}
