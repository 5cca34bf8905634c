/** Records of the store: what is read of them, and what is said of those that are damaged. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { registeredBases } from "../../../client/bases/registry.js";
import { resolveBase } from "../../../client/bases/resolve.js";
import { dropAlias, promote } from "../../../client/models/aliases.js";
import { modelVersions } from "../../../client/models/list.js";
import { resolveModel } from "../../../client/models/reference.js";
import type { RegisteredBase } from "../../../spec/base.js";
import type { ThawError } from "../../../spec/errors.js";
import type { RunResult } from "../../../spec/pipeline/run.js";
import { findManifest } from "../../../store/artifacts/artifacts.js";
import type { Store } from "../../../store/connection/connection.js";
import { readUploadList } from "../../../store/images/uploads.js";
import { putJson } from "../../../store/json.js";
import { decideAlias, listAliases, newestDecision, readAlias } from "../../../store/records/aliases.js";
import { readApproval } from "../../../store/records/approvals.js";
import { readBase, registerBase } from "../../../store/records/bases.js";
import { readControlFile, writeControlFile } from "../../../store/records/control.js";
import {
  listVersions,
  newestRun,
  readModel,
  readRun,
  registerModel,
  writeRun,
} from "../../../store/records/records.js";
import { APPROVAL } from "../../support/models/approvals.js";
import { SCANS } from "../../support/models/modelVersions.js";
import { memoryStore } from "../../support/services/memoryStore.js";

const HEX = "a".repeat(64);
const RUN: RunResult = {
  runId: "scans-20260101-000000-abcd",
  model: "scans",
  version: 3,
  testAccuracy: 0.9,
  testAccuracyInterval: [0.8, 1],
  byStage: [],
  artifacts: { head: SCANS.weights },
};
const BASE: RegisteredBase = {
  name: "xray",
  version: 1,
  createdAt: "2026-01-01",
  architecture: "efficientnet-lite0",
  checkpoint: { digest: HEX, size: 1 },
  source: "",
  licence: "",
  pretrainedOn: "",
};
const UPLOAD = { source: "/images", classes: ["a"], entries: [], ignored: [] };
const CONTROL = { runId: RUN.runId, commands: [] };

const DECISION = { seq: 1, version: 3, before: null, at: "2026-01-01", by: "ann", how: "manual" };

interface Kind {
  readonly what: string;
  readonly name: string;
  readonly value: object;
  readonly read: (store: Store) => Promise<unknown>;
  /** What of it cannot be. */
  readonly wrong: object;
}

const KINDS: readonly Kind[] = [
  {
    what: "a run",
    name: `runs/${RUN.runId}.json`,
    value: RUN,
    read: (store) => readRun(store, RUN.runId),
    wrong: { artifacts: { head: { kind: "head", key: HEX, digest: "../../x" } } },
  },
  {
    what: "a run of another name",
    name: `runs/${RUN.runId}.json`,
    value: RUN,
    read: (store) => readRun(store, RUN.runId),
    wrong: { runId: "other-20260101-000000-abcd" },
  },
  {
    what: "a model",
    name: "models/scans/v3.json",
    value: SCANS,
    read: (store) => readModel(store, "scans", 3),
    wrong: { classes: "a" },
  },
  {
    what: "a model of another version",
    name: "models/scans/v3.json",
    value: SCANS,
    read: (store) => readModel(store, "scans", 3),
    wrong: { version: 2 },
  },
  {
    what: "an alias of before there was a log",
    name: "models/scans/aliases/champion.json",
    value: { version: 3, since: "2026-01-01" },
    read: (store) => newestDecision(store, "scans", "champion"),
    wrong: { version: 0 },
  },
  {
    what: "an alias",
    name: "models/scans/aliases/champion/000001.json",
    value: DECISION,
    read: (store) => newestDecision(store, "scans", "champion"),
    wrong: { seq: 2 },
  },
  {
    what: "a question to a person",
    name: "approvals/digits-v2/20260101T000000.000Z.json",
    value: APPROVAL,
    read: (store) => readApproval(store, "digits", 2),
    wrong: { since: "2026-01-01T00:00:00.001Z" },
  },
  {
    what: "a base",
    name: "bases/xray/v1.json",
    value: BASE,
    read: (store) => readBase(store, "xray", 1),
    wrong: { checkpoint: { digest: "../x", size: 1 } },
  },
  {
    what: "an upload",
    name: `uploads/${HEX}/images.json`,
    value: UPLOAD,
    read: (store) => readUploadList(store, HEX),
    wrong: { entries: [{ path: "a/1.jpg" }] },
  },
  {
    what: "a list of commands",
    name: `control/${RUN.runId}.json`,
    value: CONTROL,
    read: (store) => readControlFile(store, RUN.runId),
    wrong: { commands: [{ seq: "1" }] },
  },
];

for (const { what, name, value, read, wrong } of KINDS) {
  test(`${what} that is damaged is refused with its key in the bucket and a hint`, async () => {
    const { store, objects } = memoryStore();
    for (const text of ["{", "null", "[]", "{}", JSON.stringify({ ...value, ...wrong })]) {
      objects.set(name, Buffer.from(text));
      await assert.rejects(read(store), (error: ThawError) => {
        assert.equal(error.code, "ARTIFACT_CORRUPT", text);
        assert.equal(error.record, name);
        assert.ok(error.message.includes(`${name} in bucket memory`), error.message);
        assert.ok((error.hint ?? "").length > 10);
        return true;
      });
    }
  });

  test(`${what} keeps what a later version has written besides`, async () => {
    const { store } = memoryStore();
    await putJson(store, name, { ...value, later: { than: ["this"] } });
    const found = (await read(store)) as Record<string, unknown>;
    for (const [key, item] of Object.entries({ ...value, later: { than: ["this"] } }))
      assert.deepEqual(found[key], item, key);
  });
}

test("a manifest under the key of another artifact is refused", async () => {
  const { store } = memoryStore();
  await putJson(store, `artifacts/head/${HEX}/manifest.json`, {});
  await assert.rejects(findManifest(store, "head", HEX), {
    code: "ARTIFACT_CORRUPT",
    record: `artifacts/head/${HEX}/manifest.json`,
  });
});

/** Two models, three versions, one of them damaged, and a damaged alias. */
async function withDamage(): Promise<Store> {
  const { store, objects } = memoryStore();
  const { version: _version, ...model } = SCANS;
  for (const letter of ["1", "2", "3"])
    await registerModel(store, { ...model, weights: { kind: "head", key: HEX, digest: letter.repeat(64) } });
  await registerModel(store, { ...model, name: "others" });
  await decideAlias(store, "scans", "champion", { version: 1, at: "2026-01-01", by: "ann", how: "manual" });
  objects.set("models/scans/aliases/broken.json", Buffer.from("no JSON"));
  objects.set("models/scans/v3.json", Buffer.from('{"name":"scans"}'));
  return store;
}

test("models are listed beside damaged records, which are named", async () => {
  const { versions, damaged } = await modelVersions(await withDamage());
  assert.deepEqual(
    versions.map(({ model, aliases }) => [`${model.name}@${model.version}`, ...aliases]),
    [["others@1"], ["scans@2"], ["scans@1", "champion"]],
  );
  assert.deepEqual(
    damaged.map(({ record }) => record),
    ["models/scans/aliases/broken.json", "models/scans/v3.json"],
  );
});

test("a version that is whole is found beside a newest one that is damaged, which is told when it is meant", async () => {
  const store = await withDamage();
  assert.equal((await resolveModel(store, "scans@2")).version, 2);
  assert.equal((await resolveModel(store, "scans@champion")).version, 1);
  await assert.rejects(resolveModel(store, "scans"), {
    code: "ARTIFACT_CORRUPT",
    record: "models/scans/v3.json",
  });
});

test("a model is registered under the next number after a damaged record", async () => {
  const store = await withDamage();
  const { version: _version, ...model } = SCANS;
  const weights = { kind: "head", key: HEX, digest: "4".repeat(64) };
  assert.equal((await registerModel(store, { ...model, weights })).version, 4);
});

test("a damaged alias can be pointed anew, and removed", async () => {
  const store = await withDamage();
  assert.equal((await promote(store, "scans@2", "broken")).decision.before, null);
  assert.equal((await readAlias(store, "scans", "broken"))?.version, 2);
  await putJson(store, "models/scans/aliases/broken/000001.json", {});
  await dropAlias(store, "scans@broken");
  assert.deepEqual(
    (await listAliases(store, "scans")).map(({ alias }) => alias),
    ["champion"],
  );
});

test("bases are listed beside damaged records, whole versions are found, and adding goes on", async () => {
  const { store, objects } = memoryStore();
  const { version: _version, ...base } = BASE;
  await registerBase(store, base);
  await registerBase(store, { ...base, name: "other" });
  objects.set("bases/xray/v2.json", Buffer.from("{}"));
  await putJson(store, "bases/strange/v1.json", { ...BASE, name: "strange", architecture: "of tomorrow" });
  const { bases, damaged } = await registeredBases(store);
  assert.deepEqual(
    bases.map(({ name }) => name),
    ["other"],
  );
  assert.deepEqual(damaged.map(({ record }) => record).sort(), [
    "bases/strange/v1.json",
    "bases/xray/v2.json",
  ]);
  assert.equal((await resolveBase(store, "xray@1"))?.name, "xray@1");
  await assert.rejects(resolveBase(store, "xray"), { code: "ARTIFACT_CORRUPT" });
  assert.equal((await registerBase(store, base)).version, 3);
});

test("commands to a run take the place of a list that is damaged", async () => {
  const { store } = memoryStore();
  await putJson(store, `control/${RUN.runId}.json`, { commands: 1 });
  await writeControlFile(store, CONTROL);
  assert.deepEqual(await readControlFile(store, RUN.runId), CONTROL);
});

test("of two that register the same weights at the same moment both get one version", async () => {
  const { store, objects } = memoryStore();
  const { version: _version, ...model } = SCANS;
  const { client } = store;
  let listings = 0;
  /** Another is quicker, each time between a listing and what follows from it. */
  const overtaken: Store = {
    ...store,
    client: new Proxy(client, {
      get: (target, name) =>
        name !== "listObjectsV2"
          ? Reflect.get(target, name)
          : async function* (bucket: string, prefix: string) {
              yield* target.listObjectsV2(bucket, prefix);
              if (++listings === 1) await registerModel(store, model);
            },
    }),
  };
  assert.equal((await registerModel(overtaken, model)).version, 1);
  assert.deepEqual(await listVersions(store, model.name), [1], [...objects.keys()].join());
});

test("the newest run of a model is told by its id's time, and is none of a model whose name begins alike", async () => {
  const { store } = memoryStore();
  assert.equal(await newestRun(store, "scans"), undefined);
  const ids = ["scans-20260102-000000-abcd", "scans-20260103-000000-aaaa", "scans-of-2-20260104-000000-aaaa"];
  for (const runId of ids)
    await writeRun(store, { ...RUN, runId, model: runId.startsWith("scans-of") ? "scans-of-2" : "scans" });
  const newest = await newestRun(store, "scans");
  assert.deepEqual([newest?.result.runId, newest?.started], [ids[1], new Date("2026-01-03T00:00:00Z")]);
});
