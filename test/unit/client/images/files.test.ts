/** Arguments of `thaw predict`. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { expandFiles } from "../../../../client/images/files.js";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "thaw-files-"));
  await mkdir(join(folder, "photos", "deep"), { recursive: true });
  await mkdir(join(folder, "photos", ".hidden"));
  await mkdir(join(folder, "empty"));
  for (const name of ["b.PNG", "a.jpg", "notes.txt", ".c.jpg", "deep/d.webp", ".hidden/e.jpg"]) {
    await writeFile(join(folder, "photos", name), "");
  }
});
after(() => rm(folder, { recursive: true }));

test("a folder stands for the images in and below it, a file for itself", async () => {
  const notes = join(folder, "photos", "notes.txt");
  const { files, leftOut } = await expandFiles([notes, join(folder, "photos")]);
  assert.deepEqual(files, [
    notes,
    ...["a.jpg", "b.PNG", "deep/d.webp"].map((name) => join(folder, "photos", name)),
  ]);
  assert.deepEqual(leftOut, []);
});

test("a missing file stays in the list for the answer to say so, unless all are missing", async () => {
  const missing = join(folder, "nothing.jpg");
  const there = join(folder, "photos", "a.jpg");
  assert.deepEqual((await expandFiles([missing, there])).files, [missing, there]);
  await assert.rejects(expandFiles([missing]), { code: "DATA_NOT_FOUND", message: /nothing\.jpg/ });
});

test("a folder without images is reported", async () => {
  await assert.rejects(expandFiles([join(folder, "empty")]), { code: "DATA_NOT_FOUND", message: /empty/ });
});

test("links out of a folder, pipes and circles are told or left out, and a link that is named is followed", async () => {
  const set = join(folder, "set");
  await mkdir(join(set, "deep"), { recursive: true });
  await writeFile(join(set, "a.jpg"), "");
  await symlink("..", join(set, "deep/up"));
  await symlink(join(folder, "photos"), join(set, "photos"));
  await symlink(join(folder, "photos/a.jpg"), join(set, "deep/out.jpg"));
  execFileSync("mkfifo", [join(set, "pipe.jpg")]);
  const { files, leftOut } = await expandFiles([set, join(set, "photos"), join(set, "pipe.jpg")]);
  const named = (...names: string[]) => names.map((name) => join(set, name));
  assert.deepEqual(files, named("a.jpg", "photos/a.jpg", "photos/b.PNG", "photos/deep/d.webp", "pipe.jpg"));
  assert.deepEqual(
    leftOut.map(({ path }) => path),
    named("deep/out.jpg", "photos", "pipe.jpg"),
  );
  assert.match(leftOut[0]?.error ?? "", /leads out of the folder; --allow-outside reads it/);
  assert.match(leftOut[2]?.error ?? "", /a pipe, socket or device/);
  const all = await expandFiles([set], true);
  assert.deepEqual(
    all.files,
    named("a.jpg", "deep/out.jpg", "photos/a.jpg", "photos/b.PNG", "photos/deep/d.webp"),
  );
});
