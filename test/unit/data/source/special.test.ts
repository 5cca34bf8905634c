/** Pipes, sockets, devices and files without an end: nothing may wait for them. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { entryDecoder } from "../../../../data/dataset/probeClasses.js";
import { storeImages } from "../../../../data/dataset/storeImages.js";
import { withImageFile } from "../../../../data/image/imageFile.js";
import { digestSource } from "../../../../data/source/digest.js";
import { openRegular, readOpened } from "../../../../data/source/openFile.js";
import { listSource } from "../../../../data/source/source.js";
import { png, temporaryFolder, writeFiles } from "../../../support/images/pictures.js";

const REASON = "it is a pipe, socket or device, no file";

async function setting(t: TestContext): Promise<{ source: string; cache: string }> {
  const folder = await temporaryFolder(t);
  const source = join(folder, "set");
  await writeFiles(source, { "a/1.png": await png(32, 32, 1), "b/1.png": await png(32, 32, 2) });
  return { source, cache: join(folder, "digests.json") };
}

const pipe = (path: string): unknown => execFileSync("mkfifo", [path]);

async function socket(t: TestContext, path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(path, done));
  t.after(() => new Promise((done) => server.close(done)));
}

describe("special files", () => {
  it("in a folder are listed as what they are, and nobody opens them", async (t) => {
    const { source, cache } = await setting(t);
    pipe(join(source, "a/pipe.png"));
    await socket(t, join(source, "b/socket.png"));
    await symlink("../a/pipe.png", join(source, "b/link.png"));
    await symlink("/dev/zero", join(source, "b/zero.png"));
    const listed = await listSource(source);
    assert.deepEqual(listed.ignored, [
      { path: "a/pipe.png", reason: REASON },
      { path: "b/link.png", reason: REASON },
      { path: "b/socket.png", reason: REASON },
      { path: "b/zero.png", reason: "a link that leads out of the source" },
    ]);
    const allowed = await listSource(source, undefined, { outside: "allow" });
    assert.equal(allowed.ignored.find(({ path }) => path === "b/zero.png")?.reason, REASON);
    assert.equal((await digestSource(allowed, cache)).files.size, 2);
  });

  it("in a manifest end its digest with line and reason", async (t) => {
    const { source, cache } = await setting(t);
    pipe(join(source, "a/pipe.png"));
    const manifest = join(source, "m.csv");
    for (const path of ["a/pipe.png", "/dev/zero"]) {
      await writeFile(manifest, `path,label\na/1.png,a\n${path},b\n`);
      const listed = await listSource(manifest, undefined, { outside: "allow" });
      await assert.rejects(digestSource(listed, cache), {
        code: "DATA_INVALID",
        message: new RegExp(`^${manifest}, line 3: \\S+: ${REASON}$`),
      });
      const entry = listed.entries.find(({ line }) => line === 3);
      assert.ok(entry);
      await assert.rejects(entryDecoder(listed, undefined)(entry), { code: "NOT_REGULAR" });
    }
  });

  it("that take a file's place after it was listed are marked, and after it was digested end the work", async (t) => {
    const { source, cache } = await setting(t);
    const listed = await listSource(source);
    const before = await digestSource(listed, cache);
    await rm(join(source, "a/1.png"));
    pipe(join(source, "a/1.png"));
    assert.equal((await digestSource(listed, cache)).files.get("a/1.png"), "unreadable:NOT_REGULAR");
    const out = join(source, "..", "out");
    await mkdir(out);
    const options = { background: "white", keepShortSide: 64 } as const;
    await assert.rejects(
      storeImages(listed, before.files, options, out, () => undefined),
      { code: "DATA_INVALID", message: /a\/1\.png can no longer be read \(NOT_REGULAR\)/ },
    );
  });

  it("are no manifest and no source", async (t) => {
    const { source } = await setting(t);
    pipe(join(source, "m.csv"));
    await assert.rejects(listSource(join(source, "m.csv")), {
      code: "DATA_INVALID",
      message: /m\.csv is no file/,
    });
    await assert.rejects(listSource("/dev/zero"), { code: "DATA_INVALID" });
  });

  it("with a size of 0 end at once, whatever they would go on to say", async () => {
    assert.equal((await readOpened(await openRegular("/proc/self/status"))).length, 0);
  });
});

describe("files that are too large for an image", () => {
  it("are left out with the limit, and are not read for their digest", async (t) => {
    const { source, cache } = await setting(t);
    await writeFile(join(source, "a/huge.png"), "");
    // A hole of a terabyte: reading it would take minutes.
    await truncate(join(source, "a/huge.png"), 1e12);
    const listed = await listSource(source);
    const { files } = await digestSource(listed, cache);
    assert.equal(files.get("a/huge.png"), "unreadable:TOO_LARGE");
    const out = join(source, "..", "out");
    await mkdir(out);
    const options = { background: "white", keepShortSide: 64 } as const;
    const { images, quarantined } = await storeImages(listed, files, options, out, () => undefined);
    assert.equal(images.length, 2);
    const reason = "the file has more than 256 MB, the most that is read of an image";
    assert.deepEqual(quarantined, [{ path: "a/huge.png", reason, why: "unreadable" }]);
    await assert.rejects(
      withImageFile(join(source, "a/huge.png"), undefined, async () => undefined),
      { code: "IMAGE_UNREADABLE", message: reason },
    );
  });
});
