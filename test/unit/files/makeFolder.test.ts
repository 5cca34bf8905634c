/** Folders are made with those above them, or refused; it never goes on for ever. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { makeFolder } from "../../../files/makeFolder.js";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "thaw-make-folder-"));
  await writeFile(join(folder, "file"), "");
  await symlink(join(folder, "nowhere", "at", "all"), join(folder, "dangling"));
  await symlink(folder, join(folder, "here"));
});
after(() => rm(folder, { recursive: true }));

describe("a folder", () => {
  it("is made with all above it, several times at once, and again", async () => {
    const path = join(folder, "here", "a", "b", "c");
    await Promise.all([makeFolder(path), makeFolder(path), makeFolder(join(path, "d"))]);
    await makeFolder(path);
    assert.ok((await stat(join(path, "d"))).isDirectory());
    await makeFolder("/");
  });

  it("is refused where a file is, below one, and behind a link that leads nowhere", async () => {
    await assert.rejects(makeFolder(join(folder, "file")), { code: "EEXIST" });
    await assert.rejects(makeFolder(join(folder, "file", "a", "b")), { code: "ENOTDIR" });
    await assert.rejects(makeFolder(join(folder, "dangling", "a")), { code: "EEXIST" });
    await assert.rejects(makeFolder("a\0b"), { code: "ERR_INVALID_ARG_VALUE" });
  });

  it("is refused by a file system that says that it is not found", {
    skip: !existsSync("/proc/self"),
  }, async () => {
    await assert.rejects(makeFolder("/proc/thaw/a/b"), { code: "ENOENT" });
  });
});
