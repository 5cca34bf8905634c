/** Run files on disk and the images beside them. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { loadRunFile } from "../../../client/runFile/load.js";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "thaw-load-"));
  for (const name of ["cats", "dogs"]) {
    await mkdir(join(folder, "project", "photos", name), { recursive: true });
    await writeFile(join(folder, "project", "photos", name, "1.png"), "");
  }
  await mkdir(join(folder, "project", "one", "cats"), { recursive: true });
  await writeFile(join(folder, "project", "thaw.yaml"), "name: pets\ndata: { path: photos }\n");
});
after(() => rm(folder, { recursive: true }));

test("the images are found from the run file's folder, not from the current one", async () => {
  const { file, dataPath } = await loadRunFile(join(folder, "project", "thaw.yaml"), ["seed=3"]);
  assert.equal(dataPath, join(folder, "project", "photos"));
  assert.equal(file.data.path, "photos");
  assert.equal(file.seed, 3);
});

test("without a run file the way to one is shown", async () => {
  await assert.rejects(loadRunFile(join(folder, "thaw.yaml"), []), {
    code: "NOT_FOUND",
    message: `there is no run file ${join(folder, "thaw.yaml")}`,
    hint: /thaw init FOLDER/,
  });
  await assert.rejects(loadRunFile(folder, []), { code: "USAGE", message: /is a folder, not a run file/ });
});

test("images that are not there, or are no classes, are reported before anything starts", async () => {
  const path = join(folder, "project", "thaw.yaml");
  await assert.rejects(loadRunFile(path, ["data.path=nowhere"]), {
    code: "DATA_NOT_FOUND",
    message: /project\/nowhere/,
  });
  await assert.rejects(loadRunFile(path, ["data.path=one"]), { code: "TOO_FEW_CLASSES", message: /cats/ });
});
