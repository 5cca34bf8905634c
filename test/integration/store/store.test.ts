/** Artifacts in a real S3 server. */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  artifactIsWhole,
  commitArtifact,
  downloadArtifactFile,
  findManifest,
  type NewArtifact,
  readArtifactFile,
  readArtifactRange,
} from "../../../store/artifacts/artifacts.js";
import { sha256 } from "../../../store/artifacts/keys.js";
import { ensureBucket, openStore, patientStore, type Store } from "../../../store/connection/connection.js";
import { listNames, putJson } from "../../../store/json.js";
import { readModel, registerModel } from "../../../store/records/records.js";
import { keysOf } from "../../support/services/serviceVariables.js";
import { type StoreStack, sharedStore } from "../../support/services/storeStack.js";
import { smallDisk } from "../../support/smallDisk.js";

let stack: StoreStack;
let store: Store;
before(async () => {
  stack = await sharedStore();
  ({ store } = stack);
});
after(() => stack.close());

let serial = 0;
async function newArtifact(name: string, content: string, summary: unknown = {}): Promise<NewArtifact> {
  const folder = join(stack.folder, "files", String(serial++));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "data.bin"), content);
  return {
    kind: "head",
    key: sha256(name),
    parameters: { name },
    inputs: {},
    summary,
    engine: null,
    seconds: 1,
    files: { "data.bin": join(folder, "data.bin") },
  };
}

test("what was committed is found, whole, and reads back byte for byte", async () => {
  const { manifest, won } = await commitArtifact(
    store,
    await newArtifact("plain", "some weights", { loss: 0.5 }),
  );
  assert.equal(won, true);
  const found = await findManifest(store, "head", manifest.key);
  assert.deepEqual(found, manifest);
  assert.equal(await artifactIsWhole(store, manifest), true);
  assert.equal((await readArtifactFile(store, manifest, "data.bin")).toString(), "some weights");
  assert.equal((await readArtifactRange(store, manifest, "data.bin", 5, 7)).toString(), "weights");
  const copy = join(stack.folder, "copy.bin");
  await downloadArtifactFile(store, manifest, "data.bin", copy);
  assert.equal(await readFile(copy, "utf8"), "some weights");
});

test("of many attempts at one key exactly one wins, and all get its manifest", async () => {
  const attempts = await Promise.all(
    Array.from({ length: 12 }, async (_, i) =>
      commitArtifact(store, await newArtifact("raced", `attempt ${i}`)),
    ),
  );
  assert.equal(attempts.filter(({ won }) => won).length, 1);
  assert.equal(new Set(attempts.map(({ manifest }) => manifest.digest)).size, 1);
});

test("what has no manifest does not exist", async () => {
  assert.equal(await findManifest(store, "head", sha256("never committed")), undefined);
});

test("a bit flip in the data is noticed by the reader, not handed on", async () => {
  const { manifest } = await commitArtifact(store, await newArtifact("flipped", "precious bytes"));
  const digest = manifest.files[0]?.digest ?? "";
  const damaged = Buffer.from("precious bytez");
  await store.client.putObject(
    store.bucket,
    `objects/${digest.slice(0, 2)}/${digest}`,
    damaged,
    damaged.length,
  );
  await assert.rejects(readArtifactFile(store, manifest, "data.bin"), { code: "ARTIFACT_CORRUPT" });
  const copy = join(stack.folder, "damaged.bin");
  await assert.rejects(downloadArtifactFile(store, manifest, "data.bin", copy), { code: "ARTIFACT_CORRUPT" });
  await assert.rejects(readFile(copy), { code: "ENOENT" });
});

test("a manifest that was changed by hand is refused", async () => {
  const { manifest } = await commitArtifact(store, await newArtifact("edited", "x", { accuracy: 0.5 }));
  await putJson(store, `artifacts/head/${manifest.key}/manifest.json`, {
    ...manifest,
    summary: { accuracy: 0.99 },
  });
  await assert.rejects(findManifest(store, "head", manifest.key), { code: "ARTIFACT_CORRUPT" });
});

test("data deleted by hand make the artifact incomplete, and reading them says so", async () => {
  const { manifest } = await commitArtifact(store, await newArtifact("deleted", "to be deleted"));
  const digest = manifest.files[0]?.digest ?? "";
  await store.client.removeObject(store.bucket, `objects/${digest.slice(0, 2)}/${digest}`);
  assert.equal(await artifactIsWhole(store, manifest), false);
  await assert.rejects(readArtifactFile(store, manifest, "data.bin"), { code: "NOT_FOUND" });
});

test("a download that the disk has no room for says what and where at once, and leaves nothing", async (t) => {
  const disk = await smallDisk(t, 64);
  if (disk === undefined) return t.skip("this user cannot mount a tmpfs");
  const { manifest } = await commitArtifact(store, await newArtifact("large", "weights".repeat(100_000)));
  const patient = patientStore(store, { milliseconds: 60_000 });
  const download = downloadArtifactFile(patient, manifest, "data.bin", join(disk.folder, "data.bin"));
  await assert.rejects(download, {
    code: "DISK_FULL",
    message: `the disk of ${disk.folder} is full: data.bin of the head artifact does not fit`,
    hint: /free some space/,
  });
  assert.deepEqual(await readdir(disk.folder), []);
});

test("versions count up by weights, and the same weights keep their version", async () => {
  const model = (digest: string) => ({
    name: "counted",
    runId: "run",
    createdAt: new Date(0).toISOString(),
    classes: ["a", "b"],
    base: "efficientnet-lite0",
    background: "white" as const,
    keepShortSide: 320,
    testAccuracy: 1,
    weights: { kind: "head", key: sha256(digest), digest: sha256(digest) },
    artifacts: {},
  });
  const versions = await Promise.all(["1", "2", "3"].map((digest) => registerModel(store, model(digest))));
  assert.deepEqual(versions.map(({ version }) => version).sort(), [1, 2, 3]);
  const again = await registerModel(store, model("2"));
  assert.equal(again.version, versions[1]?.version);
  assert.equal((await readModel(store, "counted"))?.version, 3);
  assert.deepEqual(
    await listNames(store, "models/counted/"),
    [1, 2, 3].map((v) => `models/counted/v${v}.json`),
  );
});

test("a wrong secret and a dead endpoint are told apart", async () => {
  const { store: settings } = stack.session.platform;
  const denied = openStore({ ...settings, credentials: { ...keysOf(settings), secretKey: "wrong" } });
  await assert.rejects(ensureBucket(denied), { code: "STORE_DENIED" });
  const dead = openStore({ ...settings, endpoint: "http://127.0.0.1:9" });
  await assert.rejects(findManifest(dead, "head", sha256("any")), { code: "STORE_UNREACHABLE" });
});
