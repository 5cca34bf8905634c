/** Garbage collection on a real S3 server, beside a real Temporal server. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { GcJson } from "../../../cli/json/gc.js";
import type { ModelsJson } from "../../../cli/json/models.js";
import { type Collected, collectGarbage } from "../../../client/gc/collect.js";
import { newRunId } from "../../../client/runs/id.js";
import type { ArtifactRef } from "../../../spec/artifact.js";
import type { RunResult } from "../../../spec/pipeline/run.js";
import {
  artifactIsWhole,
  commitArtifact,
  findManifest,
  manifestName,
  refOf,
} from "../../../store/artifacts/artifacts.js";
import { sha256 } from "../../../store/artifacts/keys.js";
import { type Store, storeCall } from "../../../store/connection/connection.js";
import { getJson, putJson } from "../../../store/json.js";
import { registerBase } from "../../../store/records/bases.js";
import { listLogChunks, writeLogChunk } from "../../../store/records/logs.js";
import { registerModel, writeRun } from "../../../store/records/records.js";
import { thaw } from "../../support/cli/thaw.js";
import { sharedServices } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";

const DAY_MS = 24 * 3600 * 1000;
/** The objects are written now; collection looks back from here, when all of them are old. */
const LATER = new Date(Date.now() + 60 * DAY_MS);
const daysBefore = (days: number): Date => new Date(LATER.getTime() - days * DAY_MS);

let stack: Stack;
let store: Store;
const refs = new Map<string, ArtifactRef>();
const refOfName = (name: string): ArtifactRef => refs.get(name) as ArtifactRef;
const runIds = { old: newRunId("m", daysBefore(50)), recent: newRunId("m", daysBefore(3)) };
const pinned = newRunId("m", daysBefore(55));
const made = newRunId("m", daysBefore(58));
/** It has no record. */
const FAILED = newRunId("m", daysBefore(40));

async function file(name: string, content: string): Promise<string> {
  const folder = join(stack.folder, "files");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

async function artifact(name: string): Promise<ArtifactRef> {
  const files = {
    own: await file(`${name}.own`, `only in ${name}`),
    all: await file("all", "in all of them"),
  };
  const common = { parameters: {}, inputs: {}, summary: { name }, engine: null, seconds: 1 };
  const { manifest } = await commitArtifact(store, { ...common, kind: "head", key: sha256(name), files });
  refs.set(name, refOf(manifest));
  return refOf(manifest);
}

async function record(runId: string, name: string): Promise<void> {
  const result: RunResult = {
    runId,
    model: "m",
    version: 1,
    testAccuracy: 0.9,
    testAccuracyInterval: [0.8, 1],
    byStage: [],
    artifacts: { head: await artifact(name) },
  };
  await writeRun(store, result);
}

before(async () => {
  stack = await sharedServices();
  store = stack.session.store;
  await record(runIds.old, "old");
  await record(runIds.recent, "recent");
  await record(pinned, "pinned");
  await record(made, "report of the model's run");
  await registerModel(store, {
    name: "m",
    runId: made,
    createdAt: "2026-01-01",
    classes: ["a"],
    base: "b",
    background: "white",
    keepShortSide: 320,
    testAccuracy: 0.9,
    weights: await artifact("model"),
    artifacts: { head: refOfName("model") },
  });
  await artifact("of nobody");
  for (const runId of [...Object.values(runIds), pinned, made, FAILED])
    await writeLogChunk(store, { runId, stage: "head", attempt: 1 }, 1, "{}\n");
  const checkpoint = await file("checkpoint", "a base");
  const { files } = (
    await commitArtifact(store, {
      kind: "base-file",
      key: sha256("base"),
      parameters: {},
      inputs: {},
      summary: {},
      engine: null,
      seconds: 1,
      files: { checkpoint },
    })
  ).manifest;
  await registerBase(store, {
    name: "own",
    createdAt: "2026-01-01",
    architecture: "efficientnet-lite0",
    checkpoint: { digest: files[0]?.digest ?? "", size: files[0]?.size ?? 0 },
    source: "",
    licence: "",
    pretrainedOn: "",
  });
  const pin = await thaw(["pin", pinned], { cwd: stack.folder });
  assert.equal(pin.status, 0, pin.stderr);
});
after(() => stack.close());

const collect = (dryRun: boolean, now = LATER): Promise<Collected> =>
  collectGarbage(stack.session, { keepDays: 30, now, dryRun, onProgress: () => undefined });

async function isThere(name: string): Promise<boolean> {
  const { kind, key } = refOfName(name);
  const manifest = await findManifest(store, kind, key);
  return manifest !== undefined && (await artifactIsWhole(store, manifest));
}

test("what was written within a day stays, whatever refers to it", async () => {
  const { removed, artifacts, objects, runs } = JSON.parse(
    (await thaw(["gc", "--dry-run", "--keep", "0", "--json"], { cwd: stack.folder })).stdout,
  ) as { removed: boolean; artifacts: { count: number }; objects: { count: number }; runs: string[] };
  assert.deepEqual([removed, artifacts.count, objects.count, runs], [false, 0, 0, []]);
});

test("a dry run tells what would go, and leaves it", async () => {
  const found = await collect(true);
  assert.deepEqual(
    found.runs.map(({ name }) => name),
    [`runs/${runIds.old}.json`],
  );
  // "old", "of nobody" and the wrapping of the base's checkpoint.
  assert.equal(found.manifests.length, 3);
  assert.equal(found.objects.length, 2);
  for (const name of refs.keys()) assert.ok(await isThere(name), name);
});

test("a collection removes just that, and every artifact that is left is whole", async () => {
  const foreseen = await collect(true);
  const { kept, ...gone } = await collect(false);
  assert.deepEqual(gone.manifests, foreseen.manifests);
  for (const name of ["recent", "pinned", "model", "report of the model's run"])
    assert.ok(await isThere(name), name);
  for (const name of ["old", "of nobody"]) {
    const { kind, key } = refOfName(name);
    assert.equal(await findManifest(store, kind, key), undefined, name);
  }
  const logged = [runIds.recent, pinned, made, runIds.old, FAILED];
  const left = await Promise.all(logged.map(async (runId) => (await listLogChunks(store, runId)).length));
  assert.deepEqual(left, [1, 1, 1, 0, 0], "logs");
  const base = sha256("a base");
  await storeCall(store, "looking for the base", () =>
    store.client.statObject(store.bucket, `objects/${base.slice(0, 2)}/${base}`),
  );
  const again = await collect(true);
  assert.deepEqual([again.runs, again.manifests, again.objects, again.logs], [[], [], [], []]);
  assert.deepEqual(again.kept, kept);
});

test("a damaged record is named, and what it may refer to stays", async () => {
  const name = "models/m/v1.json";
  const sound = await getJson(store, name);
  const extra = await artifact("unreferenced beside a damaged record");
  await putJson(store, name, { name: "m" });
  const { damaged, manifests, objects, logs } = await collect(false);
  assert.deepEqual(
    damaged.map(({ record }) => record),
    [name],
  );
  assert.deepEqual([manifests, objects, logs], [[], [], []]);
  assert.ok(await isThere("model"));
  const { status, stdout, stderr } = await thaw(["gc", "--dry-run", "--json"], { cwd: stack.folder });
  assert.equal(status, 0, stderr);
  assert.deepEqual(
    (JSON.parse(stdout) as GcJson).damaged?.map(({ record }) => record),
    [name],
  );
  assert.match(stderr, /models\/m\/v1\.json in bucket/);
  const listed = await thaw(["models", "--json"], { cwd: stack.folder });
  assert.deepEqual((JSON.parse(listed.stdout) as ModelsJson).models, []);
  assert.match(listed.stderr, /the record of model m@1 is damaged/);
  await putJson(store, name, sound);

  // A manifest that stays, and whose data would go with it.
  const place = manifestName("head", refOfName("model").key);
  const manifest = await getJson(store, place);
  await putJson(store, place, { files: [] });
  const beside = await collect(false);
  assert.deepEqual([beside.damaged.map(({ record }) => record), beside.objects], [[place], []]);
  assert.equal(await findManifest(store, extra.kind, extra.key), undefined, "manifests of nobody go");
  await putJson(store, place, manifest);
  assert.ok(await isThere("model"));
  assert.deepEqual((await collect(false)).damaged, []);
});

test("a run that is no longer pinned goes with the next collection", async () => {
  const { stdout } = await thaw(["unpin", pinned], { cwd: stack.folder });
  assert.equal(stdout, `${pinned} is no longer pinned\n`);
  await collect(false);
  assert.equal(await findManifest(store, "head", refOfName("pinned").key), undefined);
});

test("left-overs of killed attempts on this machine go, what is in use stays", async () => {
  const { workFolder } = stack.session.platform;
  const place = async (folder: string, modified: Date): Promise<string> => {
    const path = join(workFolder, "attempts", folder);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, "part"), "x");
    for (const name of [join(path, "part"), path]) await utimes(name, modified, modified);
    return path;
  };
  const torn = await place("head-torn", new Date(Date.now() - 2 * DAY_MS));
  const running = await place("head-running", new Date());
  const { local } = await collect(false, new Date());
  assert.deepEqual(
    local.map(({ path }) => path),
    [torn],
  );
  assert.deepEqual([existsSync(torn), existsSync(running)], [false, true]);
});
