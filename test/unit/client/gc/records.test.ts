/** Collection of a whole store in which models were promoted, proven and retrained: what is never garbage. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Collected, collectGarbage } from "../../../../client/gc/collect.js";
import { promote, rollback } from "../../../../client/models/aliases.js";
import type { Session } from "../../../../client/session.js";
import type { ModelVersion } from "../../../../spec/records/model.js";
import { artifactIsWhole, findManifest } from "../../../../store/artifacts/artifacts.js";
import type { Store } from "../../../../store/connection/connection.js";
import { referToUpload, writeUploadList } from "../../../../store/images/uploads.js";
import { putJson } from "../../../../store/json.js";
import { aliasHistory } from "../../../../store/records/aliases.js";
import { readRun } from "../../../../store/records/records.js";
import { writeTick } from "../../../../store/records/ticks.js";
import { memoryStore } from "../../../support/services/memoryStore.js";
import { type MadeImage, makeVersion } from "../../../support/store/madeVersions.js";

const TICK = "retrain-pets-20240102-000000-cccc";
const RUNNING = "retrain-pets-20240103-000000-dddd";
const [UPLOAD, LOOKED_AT, OF_NOBODY] = ["a", "b", "c"].map((digit) => digit.repeat(64)) as [
  string,
  string,
  string,
];
const IMAGES: readonly MadeImage[] = [
  { content: "1", label: "cat", split: "train" },
  { content: "2", label: "dog", split: "test" },
];

let folder: string;
let store: Store;
let objects: Map<string, Buffer>;
const versions: ModelVersion[] = [];
let written: readonly string[];
let collected: Collected;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "thaw-gc-"));
  ({ store, objects } = memoryStore());
  for (const [runId, run, content] of [
    ["pets-20240101-000000-aaaa", {}, "3"],
    ["pets-20240102-000000-bbbb", { lineage: TICK }, "4"],
  ] as const) {
    const images: MadeImage[] = [...IMAGES, { content, label: "cat", split: "train" }];
    versions.push(await makeVersion(store, folder, { name: "pets", runId, images, run }));
  }
  await promote(store, "pets@1");
  await promote(store, "pets@2");
  await rollback(store, "pets");
  await writeTick(store, {
    ...{ model: "pets", at: "2024-01-02T00:00:00.000Z", workflowId: TICK, reasons: ["data"] },
    ...{ verdict: "promoted", sentence: "promoted" },
  });
  // Records of kinds that collection does not know: those that are below `models/`, and any others.
  for (const name of [
    "models/pets/aliases/champion.json",
    "models/pets/proofs/000001.json",
    "models/pets/approvals/000002/000001.json",
    "models/gone/aliases/champion/000001.json",
    "timetables/nightly.json",
    "webhooks/sent/1.json",
  ])
    await putJson(store, name, {});
  const list = { source: "photos", classes: [], ignored: [], entries: [] };
  for (const [digest, reader] of [
    [UPLOAD, TICK],
    [LOOKED_AT, RUNNING],
    [OF_NOBODY, "pets-20240101-000000-zzzz"],
  ] as const) {
    await writeUploadList(store, digest, list);
    await referToUpload(store, digest, reader);
  }
  written = [...objects.keys()];
  const session = {
    ...{ store, platform: { workFolder: join(folder, "work"), temporal: { address: "nowhere" } } },
    temporal: {
      connection: { withDeadline: (_until: number, call: () => Promise<unknown>) => call() },
      workflow: {
        async *list({ query }: { query: string }) {
          if (query.includes('"retrain"')) yield { workflowId: RUNNING };
        },
      },
    },
  } as unknown as Session;
  // Long after: nothing is fresh or recent.
  const now = new Date(Date.now() + 10 * 365 * 24 * 3600 * 1000);
  collected = await collectGarbage(session, { keepDays: 0, now, dryRun: false, onProgress: () => undefined });
});
after(() => rm(folder, { recursive: true }));

test("no record of a model, of its aliases, proofs, looks or approvals is ever removed, nor any of an unknown kind", () => {
  const gone = written.filter((name) => !objects.has(name));
  assert.deepEqual(
    gone.filter((name) => !name.startsWith(`uploads/${OF_NOBODY}/`)),
    [],
  );
  assert.ok(gone.length > 0, "something was collected");
});

test("versions that an alias means or meant stay whole, with the run and the report that decisions refer to", async () => {
  const log = await aliasHistory(store, "pets", "champion");
  for (const decision of log) {
    const version = versions.find(({ version }) => version === decision.version);
    if (version === undefined) continue;
    const run = await readRun(store, version.runId);
    for (const { kind, key } of Object.values(run?.artifacts ?? assert.fail())) {
      const manifest = await findManifest(store, kind, key);
      assert.ok(manifest !== undefined && (await artifactIsWhole(store, manifest)), kind);
    }
    if (decision.reportDigest !== undefined)
      assert.equal(run?.artifacts.report?.digest, decision.reportDigest);
  }
  assert.deepEqual([collected.runs, collected.manifests, collected.objects], [[], [], []]);
});

test("images that were uploaded for a retraining stay while it goes on, and as long as its run", () => {
  const kept = (digest: string): boolean => objects.has(`uploads/${digest}/images.json`);
  assert.deepEqual([UPLOAD, LOOKED_AT, OF_NOBODY].map(kept), [true, true, false]);
});
