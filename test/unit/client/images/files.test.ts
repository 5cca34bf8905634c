/** Arguments of `thaw predict`. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
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
  assert.deepEqual(await expandFiles([notes, join(folder, "photos")]), [
    notes,
    ...["a.jpg", "b.PNG", "deep/d.webp"].map((name) => join(folder, "photos", name)),
  ]);
});

test("a missing file stays in the list for the answer to say so, unless all are missing", async () => {
  const missing = join(folder, "nothing.jpg");
  const there = join(folder, "photos", "a.jpg");
  assert.deepEqual(await expandFiles([missing, there]), [missing, there]);
  await assert.rejects(expandFiles([missing]), { code: "DATA_NOT_FOUND", message: /nothing\.jpg/ });
});

test("a folder without images is reported", async () => {
  await assert.rejects(expandFiles([join(folder, "empty")]), { code: "DATA_NOT_FOUND", message: /empty/ });
});
