/** A layers model from an address: one limit for all of its files, and its shards from where it lies. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openLayersModel } from "../../../../client/bases/layersModelSource.js";
import type { ThawError } from "../../../../spec/errors.js";
import { withVariables } from "../../../support/machine/variables.js";
import { refusalOf } from "../../../support/refusal.js";
import { type StaticServer, serve } from "../../../support/services/staticServer.js";
import { nowhere } from "../../../support/store/nowhere.js";

const MODEL = JSON.stringify({
  modelTopology: {},
  weightsManifest: [{ paths: ["a.bin", "b.bin"], weights: [] }],
});
const SHARD = Buffer.alloc(1000, 1);

let server: StaticServer;
let folder = "";
before(async () => {
  const type = "application/octet-stream";
  const files = new Map([
    ["/model.json", { type, data: MODEL }],
    ["/a.bin", { type, data: SHARD }],
    ["/b.bin", { type, data: SHARD }],
  ]);
  server = await serve(files);
  folder = await mkdtemp(join(tmpdir(), "thaw-layers-"));
});
after(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function refusal(source: string, options = {}): Promise<ThawError> {
  const error = await refusalOf(openLayersModel(nowhere, source, options));
  assert.equal(error.code, "DATA_INVALID");
  return error;
}

test("model and shards come from one address, and are said to once", async () => {
  const notices: string[] = [];
  const files = await openLayersModel(nowhere, `${server.origin}/model.json`, {
    onNotice: (sentence) => notices.push(sentence),
  });
  const shards = files.shards.flat();
  assert.deepEqual(await Promise.all(shards.map(async (path) => (await stat(path)).size)), [1000, 1000]);
  await files.dispose();
  assert.equal(notices.length, 1);
});

test("the limit of size is one for all files, and what came is removed", async () => {
  const emptied = await mkdtemp(join(folder, "tmp-"));
  await withVariables({ TMPDIR: emptied }, async () => {
    const maxBytes = MODEL.length + 1500;
    const error = await refusal(`${server.origin}/model.json`, { maxBytes });
    assert.match(error.message, /b\.bin has more than the 0.0005 MB that may come/);
    assert.deepEqual(await readdir(emptied), []);
    const enough = await openLayersModel(nowhere, `${server.origin}/model.json`, {
      maxBytes: MODEL.length + 2000,
    });
    await enough.dispose();
  });
});

test("a model.json that is as large as weights is not read", async () => {
  const path = join(folder, "model.json");
  await writeFile(path, MODEL);
  await truncate(path, 600_000_000);
  assert.match((await refusal(path)).message, /model\.json has more than 6 MiB/);
});
