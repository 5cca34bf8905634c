/** `augment.views: auto` by the images that are there. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { settleViews } from "../../../../client/images/settleViews.js";
import { viewsFor } from "../../../../spec/pipeline/views.js";
import { runFileSchema } from "../../../../spec/runFile/runFile.js";
import type { Store } from "../../../../store/connection/connection.js";

/** Images of a folder need none. */
const NO_STORE = {} as Store;
const file = (views: number | "auto") =>
  runFileSchema.parse({
    name: "m",
    data: { path: "images", test: 0.2, validation: 0.1 },
    augment: { views },
  });

test("auto counts the images, writes the number out and says it", async (context) => {
  const dataPath = await mkdtemp(join(tmpdir(), "thaw-views-"));
  context.after(() => rm(dataPath, { recursive: true, force: true }));
  for (const name of ["disc", "moon"]) {
    await mkdir(join(dataPath, name));
    for (let i = 0; i < 10; i++) await writeFile(join(dataPath, name, `${i}.png`), "");
  }
  const settled = await settleViews(NO_STORE, file("auto"), { dataPath });
  assert.equal(settled.file.augment.views, viewsFor(14));
  assert.match(
    settled.sentence ?? "",
    /^\d+ views? of each training image \(augment\.views: auto, about 14 training images\)$/,
  );
});

test("where the file says a number nothing is counted and nothing said", async () => {
  assert.deepEqual(await settleViews(NO_STORE, file(3), { dataPath: "/nowhere" }), { file: file(3) });
});
