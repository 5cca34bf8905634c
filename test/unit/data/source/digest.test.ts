/** The source's digest: what changes it, what it costs, and that its cache cannot spoil it. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmod, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { digestSource, type SourceDigest } from "../../../../data/source/digest.js";
import { listSource } from "../../../../data/source/source.js";
import { ThawError } from "../../../../spec/errors.js";
import { temporaryFolder, writeFiles } from "../../../support/images/pictures.js";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
/** Long ago, so that nothing counts as just written. */
const PAST = new Date("2020-01-01T00:00:00Z");

interface Setting {
  readonly source: string;
  readonly cache: string;
  digest(): Promise<SourceDigest>;
}

async function setting(t: TestContext): Promise<Setting> {
  const folder = await temporaryFolder(t);
  const source = join(folder, "source");
  await writeFiles(source, { "a/1.jpg": "one", "a/2.jpg": "two", "b/3.jpg": "three" });
  for (const path of ["a/1.jpg", "a/2.jpg", "b/3.jpg"]) await utimes(join(source, path), PAST, PAST);
  const cache = join(folder, "deep", "cache.json");
  return { source, cache, digest: async () => digestSource(await listSource(source), cache) };
}

describe("digestSource", () => {
  it("gives the SHA-256 of every file by its path", async (t) => {
    const { digest } = await setting(t);
    assert.deepEqual(
      [...(await digest()).files],
      [
        ["a/1.jpg", sha256("one")],
        ["a/2.jpg", sha256("two")],
        ["b/3.jpg", sha256("three")],
      ],
    );
  });

  it("depends on contents, names and labels, and on nothing else", async (t) => {
    const { source, digest } = await setting(t);
    const first = (await digest()).digest;
    await utimes(join(source, "a/1.jpg"), new Date(), new Date());
    await writeFile(join(source, "notes.txt"), "ignored");
    assert.equal((await digest()).digest, first, "time or an ignored file");
    await writeFile(join(source, "a/1.jpg"), "ONE");
    const changed = (await digest()).digest;
    assert.notEqual(changed, first, "contents");
    await writeFile(join(source, "a/1.jpg"), "one");
    assert.equal((await digest()).digest, first, "contents back again");
    await rename(join(source, "a/2.jpg"), join(source, "b/2.jpg"));
    assert.notEqual((await digest()).digest, first, "label");
  });

  it("depends on the manifest's groups and splits", async (t) => {
    const { source, cache } = await setting(t);
    const digests = new Set<string>();
    for (const rows of [
      "path,label\na/1.jpg,x\na/2.jpg,y\n",
      "path,label,group\na/1.jpg,x,g\na/2.jpg,y,\n",
      "path,label,group\na/1.jpg,x,\na/2.jpg,y,g\n",
      "path,label,split\na/1.jpg,x,train\na/2.jpg,y,test\n",
    ]) {
      await writeFile(join(source, "m.csv"), rows);
      digests.add((await digestSource(await listSource(join(source, "m.csv")), cache)).digest);
    }
    assert.equal(digests.size, 4);
  });

  it("does not open files that have not changed", async (t) => {
    const { source, digest } = await setting(t);
    const first = await digest();
    // Another content of the same size and time: only who reads the file can notice.
    await writeFile(join(source, "a/1.jpg"), "eno");
    await utimes(join(source, "a/1.jpg"), PAST, PAST);
    assert.deepEqual(await digest(), first);
    await utimes(join(source, "a/1.jpg"), PAST, new Date(PAST.getTime() + 1));
    assert.equal((await digest()).files.get("a/1.jpg"), sha256("eno"));
  });

  it("does not remember a file that was written a moment ago", async (t) => {
    const { source, digest } = await setting(t);
    const now = new Date();
    await writeFile(join(source, "a/1.jpg"), "new");
    await utimes(join(source, "a/1.jpg"), now, now);
    assert.equal((await digest()).files.get("a/1.jpg"), sha256("new"));
    await writeFile(join(source, "a/1.jpg"), "wen");
    await utimes(join(source, "a/1.jpg"), now, now);
    assert.equal((await digest()).files.get("a/1.jpg"), sha256("wen"));
  });

  it("survives a damaged cache and mends it", async (t) => {
    const { cache, digest } = await setting(t);
    const first = await digest();
    const good = await readFile(cache, "utf8");
    const lines = good.trimEnd().split("\n");
    const others = ["", "{", "[]", '{"a":1}', '["a",1,2,"short"]', "x".repeat(200_000)];
    for (const bad of [...others, ...others.map((one) => `${one}\n`), good.slice(0, -20)]) {
      await writeFile(cache, bad);
      assert.deepEqual(await digest(), first);
      assert.deepEqual((await readFile(cache, "utf8")).trimEnd().split("\n"), lines);
    }
  });

  it("forgets files of this source that are gone, and keeps those of other sources", async (t) => {
    const one = await setting(t);
    const other = await setting(t);
    await one.digest();
    await digestSource(await listSource(other.source), one.cache);
    await rm(join(one.source, "a/2.jpg"));
    await one.digest();
    const lines = (await readFile(one.cache, "utf8")).trimEnd().split("\n");
    const remembered = lines.map((line) => (JSON.parse(line) as [file: string])[0]);
    const expected = [
      ...["a/1.jpg", "b/3.jpg"].map((path) => join(one.source, path)),
      ...["a/1.jpg", "a/2.jpg", "b/3.jpg"].map((path) => join(other.source, path)),
    ];
    assert.deepEqual(remembered.sort(), expected.sort());
  });

  it("keeps what damage leaves of the cache", async (t) => {
    const { source, cache, digest } = await setting(t);
    await digest();
    const lines = (await readFile(cache, "utf8")).split("\n");
    // A digest that is no file's shows that it was not read again.
    const kept = lines[1]?.replace(/[0-9a-f]{64}/, "0".repeat(64)) ?? "";
    await writeFile(cache, ["{", kept, "[1]"].join("\n"));
    const { files } = await digest();
    assert.equal([...files.values()].filter((one) => one === "0".repeat(64)).length, 1);
    assert.equal(files.size, 3, source);
  });

  it("reads a cache that is longer than what is read of it at a time", async (t) => {
    const { source, cache, digest } = await setting(t);
    const first = await digest();
    const own = await readFile(cache, "utf8");
    const others = Array.from({ length: 2000 }, (_, index) =>
      JSON.stringify([`/elsewhere/é${index}.jpg`, index, index + 0.5, sha256(String(index))]),
    );
    await writeFile(cache, `${others.join("\n")}\n${own}`);
    await rm(join(source, "a/2.jpg"));
    assert.notDeepEqual(await digest(), first);
    const lines = (await readFile(cache, "utf8")).trimEnd().split("\n");
    assert.deepEqual(lines.slice(0, -2), others);
    assert.equal(lines.length, 2002);
  });

  it("leaves the cache alone when there is nothing new, and no half-written file ever", async (t) => {
    const { cache, digest } = await setting(t);
    await Promise.all(Array.from({ length: 8 }, digest));
    assert.deepEqual(await readdir(join(cache, "..")), ["cache.json"]);
    const before = (await stat(cache)).ino;
    await digest();
    assert.equal((await stat(cache)).ino, before);
  });

  it("names the line of the manifest whose file is missing", async (t) => {
    const { source, cache } = await setting(t);
    const manifest = join(source, "m.csv");
    await writeFile(manifest, "path,label\na/1.jpg,x\na/9.jpg,y\n");
    await assert.rejects(digestSource(await listSource(manifest), cache), (error) => {
      assert.ok(error instanceof ThawError);
      assert.equal(error.code, "DATA_INVALID");
      assert.equal(error.message, `${manifest}, line 3: there is no file ${join(source, "a/9.jpg")}`);
      return true;
    });
  });

  it("marks the files of a folder that cannot be read, until they can", async (t) => {
    const { source, digest } = await setting(t);
    const without = await digest();
    await symlink(join(source, "nowhere"), join(source, "a/dangling.jpg"));
    await symlink(join(source, "a/circle.jpg"), join(source, "a/circle.jpg"));
    const first = await digest();
    assert.deepEqual(
      [...first.files].filter(([, digest]) => digest.includes(":")),
      [
        ["a/circle.jpg", "unreadable:ELOOP"],
        ["a/dangling.jpg", "unreadable:ENOENT"],
      ],
    );
    assert.notEqual(first.digest, without.digest);
    assert.equal((await digest()).digest, first.digest);
    await writeFile(join(source, "nowhere"), "four");
    const mended = await digest();
    assert.equal(mended.files.get("a/dangling.jpg"), sha256("four"));
    assert.notEqual(mended.digest, first.digest);
  });

  it("notices that a file whose digest it remembers may no longer be read", {
    skip: process.getuid?.() === 0 && "root may read all",
  }, async (t) => {
    const { source, digest } = await setting(t);
    await digest();
    await chmod(join(source, "b/3.jpg"), 0o000);
    assert.equal((await digest()).files.get("b/3.jpg"), "unreadable:EACCES");
  });

  it("refuses a manifest whose file cannot be read", async (t) => {
    const { source, cache } = await setting(t);
    await symlink(join(source, "a/circle.jpg"), join(source, "a/circle.jpg"));
    const manifest = join(source, "m.csv");
    await writeFile(manifest, "path,label\na/1.jpg,x\na/circle.jpg,y\n");
    await assert.rejects(digestSource(await listSource(manifest), cache), {
      code: "DATA_INVALID",
      message: `${manifest}, line 3: ${join(source, "a/circle.jpg")} cannot be read (ELOOP)`,
      hint: "see that it can be read, or take it out, and start the run again",
    });
  });

  it("refuses a file that was fetched from a bucket and is gone", async (t) => {
    const { source, cache } = await setting(t);
    const listed = await listSource(source);
    await rm(join(source, "a/1.jpg"));
    await assert.rejects(digestSource({ ...listed, source: "s3://photos" }, cache), {
      code: "DATA_INVALID",
      message: `there is no file ${join(source, "a/1.jpg")}`,
    });
  });
});
