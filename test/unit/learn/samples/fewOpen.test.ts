/** Many sample files with a few of them open: whichever is read, its records come. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fewOpen } from "../../../../learn/samples/fewOpen.js";
import { createSamples, type RecordFormat } from "../../../../learn/samples/files.js";

const FORMAT: RecordFormat = { shape: [2], type: "float32" };
const openFiles = (): number => readdirSync("/proc/self/fd").length;

test("files are opened when they are read, and no more of them than may be", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "thaw-few-"));
  context.after(() => rm(folder, { recursive: true }));
  const paths = Array.from({ length: 9 }, (_, index) => join(folder, `${index}`));
  for (const [index, path] of paths.entries()) {
    const writer = await createSamples(path, FORMAT);
    await writer.write(0, Float32Array.from([index, 0, index, 1]));
    await writer.close();
  }
  const before = openFiles();
  const samples = fewOpen(paths, FORMAT, 3);
  for (const index of [0, 1, 2, 3, 0, 8, 7, 6, 5, 4, 0, 0]) {
    assert.deepEqual([...(samples[index]?.gather([1, 0]) ?? [])], [index, 1, index, 0]);
    assert.ok(openFiles() <= before + 3);
  }
  for (const one of samples) one.close();
  assert.equal(openFiles(), before);
  assert.throws(() => fewOpen([join(folder, "none")], FORMAT)[0]?.gather([0]), /ENOENT/);
});
