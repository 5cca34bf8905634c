/** Seals: whatever is changed in a record of whatever kind is noticed by its reader, which names the key. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RegisteredBase } from "../../../spec/base.js";
import type { ThawError } from "../../../spec/errors.js";
import type { RunResult } from "../../../spec/pipeline/run.js";
import { commitArtifact, findManifest } from "../../../store/artifacts/artifacts.js";
import { artifactKey, canonicalJson, sha256 } from "../../../store/artifacts/keys.js";
import { readRedirect, writeRedirect } from "../../../store/artifacts/redirects.js";
import { fetchCheckpoint } from "../../../store/checkpoints/checkpoints.js";
import type { Store } from "../../../store/connection/connection.js";
import { readUploadList, writeUploadList } from "../../../store/images/uploads.js";
import { getJson, putJson } from "../../../store/json.js";
import { isDamaged } from "../../../store/record.js";
import { decideAlias, readAlias } from "../../../store/records/aliases.js";
import { readApproval, writeApproval } from "../../../store/records/approvals.js";
import { readBase, registerBase } from "../../../store/records/bases.js";
import { noteCheckpointTime, readCheckpointTime } from "../../../store/records/checkpointTime.js";
import { readControlFile, writeControlFile } from "../../../store/records/control.js";
import { readModel, readRun, registerModel, writeRun } from "../../../store/records/records.js";
import { sealed } from "../../../store/seal.js";
import { APPROVAL } from "../../support/models/approvals.js";
import { SCANS } from "../../support/models/modelVersions.js";
import { memoryStore } from "../../support/services/memoryStore.js";
import { mutationsOf } from "../../support/store/mutations.js";

const HEX = "a".repeat(64);
const REF = { kind: "head", key: HEX, digest: "b".repeat(64) };
const GOLDEN = { picture: 1, device: "cpu", scale: 0.5, features: [0.25, -1.5] } as const;
const SPEC = {
  name: "xray@1",
  architecture: "efficientnet-lite0",
  checkpoint: { digest: HEX, size: 7 },
  pixelScale: { mean: [127, 126, 125], deviation: 128 },
  golden: GOLDEN,
  layers: [REF],
  lineage: ["digits@1", "digits@2"],
  tunedOn: [REF],
  digest: HEX,
  origin: { source: "ours", licence: "MIT", pretrainedOn: "chests" },
} as const;
const MODEL = {
  ...SCANS,
  base: "xray@1",
  baseSpec: SPEC,
  temperature: 1.25,
  conformalQuantile: 0.875,
  mirroredAccuracy: 0.5,
  golden: { ...GOLDEN, probabilities: [0.25, 0.75] },
  artifacts: { head: REF, ingest: { ...REF, kind: "ingest" } },
};
const BASE: Omit<RegisteredBase, "version"> = {
  name: "xray",
  createdAt: "2026-01-01",
  architecture: "efficientnet-lite0",
  checkpoint: { digest: HEX, size: 7 },
  weights: { name: "state_dict", prefix: "model.", others: ["ema", "plain"] },
  pixelScale: { mean: 127, deviation: 128 },
  inputSize: 64,
  golden: GOLDEN,
  source: "ours",
  licence: "MIT",
  pretrainedOn: "chests",
};
const RUN: RunResult = {
  runId: "scans-20260101-000000-abcd",
  model: "scans",
  version: 1,
  testAccuracy: 0.9,
  testAccuracyInterval: [0.8, 1],
  byStage: [{ stage: "head", accuracy: 0.9 }],
  artifacts: { head: REF },
};
const PARTS = {
  kind: "head",
  codeVersion: 3,
  parameters: { epochs: 20, seed: 42, layers: ["a", "b"] },
  inputs: { ingest: HEX },
  engine: "tf 2",
};
const KEY = artifactKey(PARTS);
const CHECKPOINT = {
  ...{ run: RUN.runId, fence: 1, sequence: 1, steered: false, createdAt: "2026-01-01" },
  identity: { engine: "tf 2", threads: 2 },
  position: { stage: "head", epoch: 1, step: 2 },
  files: [],
};

interface Kind {
  readonly what: string;
  readonly name: string;
  readonly write: (store: Store) => Promise<unknown>;
  readonly read: (store: Store) => Promise<unknown>;
}

/** Nobody goes on without what these say. */
const NEEDED: readonly Kind[] = [
  {
    what: "a model",
    name: "models/scans/v1.json",
    write: (store) => registerModel(store, MODEL),
    read: (store) => readModel(store, "scans", 1),
  },
  {
    what: "an alias",
    name: "models/scans/aliases/champion/000001.json",
    write: (store) =>
      decideAlias(store, "scans", "champion", {
        ...{ version: 3, at: "2026-01-01", by: "ann", how: "manual" },
      }),
    read: (store) => readAlias(store, "scans", "champion"),
  },
  {
    what: "a question to a person",
    name: "approvals/digits-v2/20260101T000000.000Z.json",
    write: (store) => writeApproval(store, APPROVAL),
    read: (store) => readApproval(store, "digits", 2),
  },
  {
    what: "a base",
    name: "bases/xray/v1.json",
    write: (store) => registerBase(store, BASE),
    read: (store) => readBase(store, "xray", 1),
  },
  {
    what: "a run",
    name: `runs/${RUN.runId}.json`,
    write: (store) => writeRun(store, RUN),
    read: (store) => readRun(store, RUN.runId),
  },
  {
    what: "a list of uploaded images",
    name: `uploads/${HEX}/images.json`,
    write: (store) =>
      writeUploadList(store, HEX, {
        source: "/images",
        classes: ["a", "b"],
        entries: [{ path: "a/1.jpg", label: "a", group: "1", split: "test", sha256: HEX, size: 7 }],
        ignored: [{ path: "a/notes.txt", reason: "no image" }],
      }),
    read: (store) => readUploadList(store, HEX),
  },
  {
    what: "a list of commands",
    name: `control/${RUN.runId}.json`,
    write: (store) =>
      writeControlFile(store, {
        runId: RUN.runId,
        commands: [
          {
            ...{ seq: 1, by: "me", at: "2026-01-01", state: "accepted" },
            command: { kind: "set", learningRate: 0.5, patience: 3 },
          },
          { ...{ seq: 2, by: "me", at: "2026-01-01", state: "accepted" }, command: { kind: "pause" } },
        ],
      }),
    read: (store) => readControlFile(store, RUN.runId),
  },
  {
    what: "an artifact's manifest",
    name: `artifacts/head/${KEY}/manifest.json`,
    write: (store) =>
      commitArtifact(store, {
        ...PARTS,
        key: KEY,
        summary: { accuracy: 0.5, history: [0.25, 0.5], kept: true },
        seconds: 1.5,
        usage: {
          run: RUN.runId,
          seconds: 2.5,
          cpuSeconds: 3.5,
          resources: { cpus: 2, gpus: 0, memoryGiB: 1 },
        },
        files: {},
      }),
    read: (store) => findManifest(store, "head", KEY),
  },
];

for (const { what, name, write, read } of NEEDED) {
  test(`${what}: whatever is changed in it is refused with its key`, async () => {
    const { store } = memoryStore();
    await write(store);
    const record = await getJson(store, name);
    const before = await read(store);
    assert.ok(before !== undefined);
    const mutations = mutationsOf(record);
    assert.ok(mutations.length > 5);
    for (const { what: change, value } of mutations) {
      await putJson(store, name, value);
      // What cannot be told from a record of before there were seals; a model, a base and a manifest can.
      if (change === "seal left out" && !/^(artifacts|bases|models\/scans\/v)/.test(name)) {
        assert.ok((await read(store)) !== undefined);
        continue;
      }
      await assert.rejects(
        read(store),
        (error: ThawError) => isDamaged(error) && error.record === name,
        change,
      );
    }
    await putJson(store, name, record);
    assert.deepEqual(await read(store), before);
  });
}

/** What these say is a help: without it something is done once more. */
const LOSABLE: readonly Kind[] = [
  {
    what: "a redirect",
    name: `redirects/${RUN.runId}/${HEX}.json`,
    write: (store) => writeRedirect(store, RUN.runId, HEX, { key: "b".repeat(64), why: "steered" }),
    read: (store) => readRedirect(store, RUN.runId, HEX),
  },
  {
    what: "a measured time",
    name: "measured/checkpoint-time/scans.json",
    write: (store) => noteCheckpointTime(store, "scans", 1.5),
    read: (store) => readCheckpointTime(store, "scans"),
  },
  {
    what: "a checkpoint's manifest",
    name: `checkpoints/${HEX}/${RUN.runId}/000001-000001.json`,
    write: (store) =>
      putJson(store, `checkpoints/${HEX}/${RUN.runId}/000001-000001.json`, {
        ...CHECKPOINT,
        digest: sha256(canonicalJson(CHECKPOINT)),
      }),
    read: (store) =>
      fetchCheckpoint(store, HEX, RUN.runId, CHECKPOINT.identity, "/tmp/thaw-no-files", () => undefined),
  },
];

for (const { what, name, write, read } of LOSABLE) {
  test(`${what}: whatever is changed in it, it is as if there were none`, async () => {
    const { store } = memoryStore();
    await write(store);
    const record = await getJson(store, name);
    assert.ok((await read(store)) !== undefined);
    for (const { what: change, value } of mutationsOf(record)) {
      if (change === "seal left out") continue;
      await putJson(store, name, value);
      assert.equal(await read(store), undefined, change);
    }
  });
}

test("a whole record in another one's place is refused", async () => {
  const { store } = memoryStore();
  await decideAlias(store, "scans", "champion", {
    ...{ version: 3, at: "2026-01-01", by: "ann", how: "manual" },
  });
  await putJson(
    store,
    "models/digits/aliases/champion/000001.json",
    await getJson(store, "models/scans/aliases/champion/000001.json"),
  );
  await assert.rejects(readAlias(store, "digits", "champion"), { code: "ARTIFACT_CORRUPT" });
});

test("a manifest that was sealed anew is refused where it says that it was made of something else", async () => {
  const { store } = memoryStore();
  const name = `artifacts/head/${KEY}/manifest.json`;
  const { manifest } = await commitArtifact(store, {
    ...PARTS,
    key: KEY,
    summary: {},
    seconds: 1,
    files: {},
  });
  const changes = [
    { parameters: { ...PARTS.parameters, seed: 43 } },
    { inputs: { ingest: "c".repeat(64) } },
    { engine: "tf 3" },
    { codeVersion: 4 },
    { summary: { accuracy: 1 } },
  ];
  for (const change of changes) {
    await putJson(store, name, sealed(name, { ...manifest, ...change }));
    await assert.rejects(findManifest(store, "head", KEY), { code: "ARTIFACT_CORRUPT", record: name });
  }
  await putJson(store, name, sealed(name, { ...manifest, seconds: 2 }));
  assert.equal((await findManifest(store, "head", KEY))?.seconds, 2);
});

test("values that no model has are refused even in a record that was sealed anew", async () => {
  const { store } = memoryStore();
  const model = await registerModel(store, MODEL);
  const name = "models/scans/v1.json";
  const changes = [
    [{ temperature: 1e9 }, /temperature: /],
    [{ temperature: 0 }, /temperature: /],
    [{ classes: ["no", "no"] }, /classes: a class is named twice/],
    [{ classes: ["no", "yes", "perhaps"] }, /it has 3 classes, and 2 probabilities/],
    [{ conformalQuantile: -1 }, /conformalQuantile: /],
    [{ golden: { ...MODEL.golden, probabilities: [2, -1] } }, /golden\.probabilities\.0: /],
    [{ golden: { ...MODEL.golden, scale: null } }, /golden\.scale: /],
  ] as const;
  for (const [change, why] of changes) {
    await putJson(store, name, sealed(name, { ...model, ...change }));
    await assert.rejects(readModel(store, "scans", 1), {
      code: "ARTIFACT_CORRUPT",
      record: name,
      message: why,
    });
  }
});

test("records of before there were seals are read", async () => {
  const { store } = memoryStore();
  await putJson(store, "models/scans/v3.json", SCANS);
  assert.deepEqual(await readModel(store, "scans", 3), SCANS);
  await putJson(store, `runs/${RUN.runId}.json`, RUN);
  assert.deepEqual(await readRun(store, RUN.runId), RUN);
});
