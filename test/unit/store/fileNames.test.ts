/** Names of files in manifests: whoever can write to the bucket does not choose where others write. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { getArtifact } from "../../../client/runs/artifacts.js";
import * as fileNames from "../../../spec/pipeline/artifactFiles.js";
import { commitArtifact, findManifest, objectName } from "../../../store/artifacts/artifacts.js";
import { canonicalJson, sha256 } from "../../../store/artifacts/keys.js";
import { fetchCheckpoint } from "../../../store/checkpoints/checkpoints.js";
import { putJson } from "../../../store/json.js";
import { memoryStore } from "../../support/services/memoryStore.js";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "thaw-names-"));
});
after(() => rm(folder, { recursive: true, force: true }));

const KEY = sha256("key");
const DATA = "anything";
const DIGEST = sha256(DATA);

/** A store with an artifact whose only file has that name; the manifest is sound otherwise. */
async function storeWith(name: string) {
  const { store, objects } = memoryStore();
  const files = [{ name, digest: DIGEST, size: DATA.length }];
  const digest = sha256(canonicalJson({ files: [[name, DIGEST]], summary: {} }));
  objects.set(objectName(DIGEST), Buffer.from(DATA));
  await putJson(store, `artifacts/head/${KEY}/manifest.json`, {
    ...{ kind: "head", key: KEY, digest, files, parameters: {}, inputs: {}, summary: {} },
    ...{ engine: null, createdAt: "2026-01-01", seconds: 1 },
  });
  return { store, owner: { artifacts: { head: { kind: "head", key: KEY, digest } } } };
}

const WRONG = [
  "../x",
  "../../../../x",
  "/tmp/x",
  "a/../../x",
  "a/x",
  "..",
  ".",
  "",
  ".hidden",
  "..\\x",
  "C:\\x",
  "x\u0000",
  "x\n",
  "\u001b[2J",
  "näme",
];

for (const name of WRONG) {
  test(`a file called ${JSON.stringify(name)} is refused, and nothing is written`, async () => {
    const { store, owner } = await storeWith(name);
    const into = join(folder, "deep", "down", "here");
    await assert.rejects(
      getArtifact(store, owner, "head", into, () => undefined),
      { code: "ARTIFACT_CORRUPT", message: /files\.0\.name/ },
    );
    assert.deepEqual(await readdir(folder), []);
    assert.equal(existsSync("/tmp/x"), false);
  });

  test(`a checkpoint's file called ${JSON.stringify(name)} is refused, and nothing is written`, async () => {
    const { store, objects } = memoryStore();
    const content = {
      ...{ run: "run", fence: 1, sequence: 1, identity: { engine: "e", threads: 1 } },
      ...{ position: { epoch: 0, step: 0 }, steered: false, createdAt: "2026-01-01" },
      files: [{ name, digest: DIGEST, size: DATA.length }],
    };
    objects.set(`checkpoints/${KEY}/run/000001-${DIGEST}`, Buffer.from(DATA));
    const manifest = { ...content, digest: sha256(canonicalJson(content)) };
    await putJson(store, `checkpoints/${KEY}/run/000001-000001.json`, manifest);
    const refused: string[] = [];
    const identity = { engine: "e", threads: 1 };
    const found = await fetchCheckpoint(store, KEY, "run", identity, join(folder, "deep"), (sentence) =>
      refused.push(sentence),
    );
    assert.equal(found, undefined);
    assert.match(refused.join(), /its manifest is damaged .*files\.0\.name/);
    assert.deepEqual(await readdir(folder), []);
  });
}

for (const name of [...Object.values(fileNames), "pack-000.bin", "images.jsonl", "report.html"]) {
  test(`a file called ${name} is read`, async () => {
    const { store, owner } = await storeWith(name);
    const out = join(folder, "out");
    assert.deepEqual(await getArtifact(store, owner, "head", out, () => undefined), [join(out, name)]);
    await rm(out, { recursive: true });
  });
}

test("what could not be read back is not committed", async () => {
  const { store } = memoryStore();
  const files = { "../x": join(process.cwd(), "package.json") };
  const artifact = { kind: "head", key: KEY, parameters: {}, inputs: {}, summary: {}, engine: null };
  await assert.rejects(commitArtifact(store, { ...artifact, seconds: 1, files }));
  assert.equal(await findManifest(store, "head", KEY), undefined);
});
