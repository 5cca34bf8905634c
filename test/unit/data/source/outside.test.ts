/** Manifests and links that lead out of their folder. */
import assert from "node:assert/strict";
import { mkdir, rename, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { entryDecoder } from "../../../../data/dataset/probeClasses.js";
import { digestSource } from "../../../../data/source/digest.js";
import { sourceNotes } from "../../../../data/source/notes.js";
import { listSource } from "../../../../data/source/source.js";
import type { ObjectReader } from "../../../../spec/images/objects.js";
import { png, temporaryFolder, writeFiles } from "../../../support/images/pictures.js";

interface Setting {
  readonly folder: string;
  readonly inside: string;
  readonly cache: string;
}

/** A folder with images, and one beside it that is none of its business. */
async function setting(t: TestContext): Promise<Setting> {
  const folder = await temporaryFolder(t);
  const inside = join(folder, "set");
  await writeFiles(folder, {
    "set/a/1.png": await png(32, 32, 1),
    "set/b/1.png": await png(32, 32, 2),
    "outside/id_key": "a secret",
    "outside/1.png": await png(32, 32, 3),
  });
  return { folder, inside, cache: join(folder, "digests.json") };
}

const manifest = async ({ inside }: Setting, row: string, name = "m.csv"): Promise<string> => {
  await writeFiles(inside, { [name]: `path,label\na/1.png,a\nb/1.png,b\n${row}\n` });
  return join(inside, name);
};

describe("a manifest", () => {
  const rows: Readonly<Record<string, (setting: Setting) => string>> = {
    "with dots": () => "../outside/id_key,a",
    "with dots after a folder": () => "a/../../outside/1.png,a",
    "with backslashes": () => "..\\outside\\id_key,a",
    "of the system": () => "/etc/hostname,a",
    "that begins like the folder": ({ inside }) => `${inside}-other/1.png,a`,
    "in a folder that is a link": () => "linked/1.png,a",
  };
  for (const [what, row] of Object.entries(rows)) {
    it(`is refused with line and path for a path ${what}, and read where that is allowed`, async (t) => {
      const there = await setting(t);
      await symlink(join(there.folder, "outside"), join(there.inside, "linked"));
      await writeFiles(there.folder, { "set-other/1.png": "x" });
      const path = await manifest(there, row(there));
      await assert.rejects(listSource(path), (error: Error & { code?: string; hint?: string }) => {
        assert.equal(error.code, "DATA_INVALID");
        assert.match(error.message, /^m\.csv, line 4: \S+ is not below the manifest's folder$/);
        assert.match(
          error.hint ?? "",
          /data: \{ outside: allow \}.*--allow-outside.*manifests that you trust/,
        );
        return true;
      });
      const { entries } = await listSource(path, undefined, { outside: "allow" });
      assert.equal(entries.length, 3);
    });
  }

  it("is refused for a link to a file elsewhere, by digesting and by decoding", async (t) => {
    const there = await setting(t);
    await symlink(join(there.folder, "outside/1.png"), join(there.inside, "a/out.png"));
    const path = await manifest(there, "a/out.png,a");
    const source = await listSource(path);
    await assert.rejects(digestSource(source, there.cache), {
      code: "DATA_INVALID",
      message: `${path}, line 4: ${join(there.inside, "a/out.png")}: it leads out of the folder that images are read from`,
      hint: /outside: allow/,
    });
    const entry = source.entries.find(({ line }) => line === 4);
    assert.ok(entry);
    await assert.rejects(entryDecoder(source, undefined)(entry), { code: "OUTSIDE" });
    const allowed = await listSource(path, undefined, { outside: "allow" });
    assert.equal((await digestSource(allowed, there.cache)).files.size, 3);
    // What is remembered from then is no way in.
    await assert.rejects(digestSource(source, there.cache), { code: "DATA_INVALID" });
  });

  it("may name absolute paths and links within its folder, which may be a link itself", async (t) => {
    const there = await setting(t);
    await symlink(there.inside, join(there.folder, "link"));
    await mkdir(join(there.inside, ".cache"));
    await rename(join(there.inside, "a/1.png"), join(there.inside, ".cache/1.png"));
    await symlink("../.cache/1.png", join(there.inside, "a/1.png"));
    await writeFiles(there.inside, {
      "m.jsonl": `{"path":"${there.inside}/a/1.png","label":"a"}\n{"path":"./b/../b/1.png","label":"b"}\n`,
    });
    const { files } = await digestSource(await listSource(join(there.folder, "link/m.jsonl")), there.cache);
    assert.ok([...files.values()].every((digest) => /^[0-9a-f]{64}$/.test(digest)));
  });

  it("in a bucket is held to the same: below its own folder, or where it is allowed below the bucket", async () => {
    const keys = ["sets/a/1.jpg", "sets/b/1.jpg", "other/1.jpg"];
    const reader = (row: string): ObjectReader => ({
      endpoint: "here",
      list: async ({ key }) =>
        keys
          .filter((one) => one.startsWith(key))
          .map((one) => ({ bucket: "p", key: one, etag: "e", size: 1 })),
      read: async () => Buffer.from(`path,label\na/1.jpg,a\nb/1.jpg,b\n${row}\n`),
    });
    const list = (row: string, outside?: "allow") =>
      listSource("s3://p/sets/m.csv", reader(row), { outside });
    const message = "m.csv, line 4: ../other/1.jpg is not below the manifest's folder";
    await assert.rejects(list("../other/1.jpg,a"), { code: "DATA_INVALID", message });
    assert.equal((await list("../other/1.jpg,a", "allow")).entries.length, 3);
    await assert.rejects(list("../../other/1.jpg,a", "allow"), { message: /is not below the bucket/ });
  });
});

describe("a folder", () => {
  it("leaves links that lead out of it out, tells so, and follows them where that is allowed", async (t) => {
    const there = await setting(t);
    await symlink(join(there.folder, "outside/1.png"), join(there.inside, "a/out.png"));
    await symlink(join(there.folder, "outside"), join(there.inside, "c"));
    const source = await listSource(there.inside);
    assert.deepEqual(
      source.entries.map(({ path }) => path),
      ["a/1.png", "b/1.png"],
    );
    const reason = "a link that leads out of the source";
    assert.deepEqual(source.ignored, [
      { path: "a/out.png", reason },
      { path: "c", reason },
    ]);
    const notes = sourceNotes(source);
    assert.match(notes.join(), /“a\/out\.png” and 1 more left out as a link .*--allow-outside/);
    const allowed = await listSource(there.inside, undefined, { outside: "allow" });
    assert.deepEqual(
      allowed.entries.map(({ path }) => path),
      ["a/1.png", "a/out.png", "b/1.png", "c/1.png"],
    );
    assert.deepEqual(sourceNotes(allowed), []);
  });

  it("of which a class has links out of it only is refused with the way to read them", async (t) => {
    const there = await setting(t);
    await mkdir(join(there.inside, "c"));
    await symlink(join(there.folder, "outside/1.png"), join(there.inside, "c/1.png"));
    await assert.rejects(listSource(there.inside), {
      code: "CLASS_EMPTY",
      hint: /c\/1\.png is left out as a link that leads out of the source: data: \{ outside: allow \}/,
    });
  });

  it("of which a class has nothing at all is refused without a word on links elsewhere", async (t) => {
    const there = await setting(t);
    await mkdir(join(there.inside, "c"));
    await symlink(join(there.folder, "outside/1.png"), join(there.inside, "a/out.png"));
    await assert.rejects(listSource(there.inside), { code: "CLASS_EMPTY", hint: /^put [^:]*$/ });
  });

  it("follows links into what is hidden in it", async (t) => {
    const there = await setting(t);
    await mkdir(join(there.inside, ".cache"));
    await rename(join(there.inside, "a"), join(there.inside, ".cache/0a"));
    await symlink(".cache/0a", join(there.inside, "a"));
    const { entries } = await listSource(there.inside);
    assert.deepEqual(
      entries.map(({ path }) => path),
      ["a/1.png", "b/1.png"],
    );
  });

  it("whose file became a link out of it after the listing does not give it away", async (t) => {
    const there = await setting(t);
    const source = await listSource(there.inside);
    await rename(join(there.inside, "a/1.png"), join(there.folder, "moved.png"));
    await symlink(join(there.folder, "outside/id_key"), join(there.inside, "a/1.png"));
    const { files } = await digestSource(source, there.cache);
    assert.equal(files.get("a/1.png"), "unreadable:OUTSIDE");
  });
});
