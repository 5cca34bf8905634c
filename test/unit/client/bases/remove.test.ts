/** Bases that are taken off the list, and what garbage collection keeps of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultPayloadConverter } from "@temporalio/common";
import { removeBase } from "../../../../client/bases/remove.js";
import { resolveBase } from "../../../../client/bases/resolve.js";
import { collectRoots } from "../../../../client/gc/roots.js";
import type { Session } from "../../../../client/session.js";
import type { BaseSpec } from "../../../../spec/base.js";
import { manifestName } from "../../../../store/artifacts/artifacts.js";
import type { Store } from "../../../../store/connection/connection.js";
import { listBaseVersions, registerBase } from "../../../../store/records/bases.js";
import { registerModel } from "../../../../store/records/records.js";
import { memoryStore } from "../../../support/services/memoryStore.js";

const digestOf = (letter: string): string => letter.repeat(64);

async function add(store: Store, name: string, letter: string): Promise<BaseSpec> {
  await registerBase(store, {
    name,
    createdAt: "2026-01-01",
    architecture: "efficientnet-lite0",
    checkpoint: { digest: digestOf(letter), size: 1 },
    source: "",
    licence: "",
    pretrainedOn: "",
  });
  return (await resolveBase(store, name)) as BaseSpec;
}

test("a base is removed with all of its versions, and others stay", async () => {
  const { store, objects } = memoryStore();
  await add(store, "xray", "a");
  await add(store, "xray", "b");
  await add(store, "xray-2", "c");
  assert.deepEqual(await removeBase(store, "xray"), { name: "xray", versions: [1, 2] });
  assert.deepEqual([...objects.keys()], ["bases/xray-2/v1.json"]);
  await assert.rejects(resolveBase(store, "xray"), { code: "BASE_UNKNOWN" });
  assert.deepEqual(await listBaseVersions(store, "xray-2"), [1]);
});

test("a damaged record can be removed, too", async () => {
  const { store, objects } = memoryStore();
  objects.set("bases/xray/v1.json", Buffer.from("{"));
  assert.deepEqual((await removeBase(store, "xray")).versions, [1]);
  assert.equal(objects.size, 0);
});

for (const { name, code, says, hint } of [
  {
    name: "efficientnet-lite1",
    code: "USAGE",
    says: /thaw's own, which cannot be removed/,
    hint: /bases add/,
  },
  { name: "xray@1", code: "USAGE", says: /names one version/, hint: /^`thaw bases remove xray`$/ },
  { name: "xrai", code: "BASE_UNKNOWN", says: /no base called "xrai"/, hint: /^did you mean xray\?/ },
  { name: "", code: "BASE_UNKNOWN", says: /no base called ""/, hint: /^added bases: xray$/ },
  { name: "unlike-it", code: "BASE_UNKNOWN", says: /has been added/, hint: /^added bases: xray$/ },
] as const) {
  test(`"${name}" cannot be removed, and the refusal says why`, async () => {
    const { store, objects } = memoryStore();
    await add(store, "xray", "a");
    await assert.rejects(
      removeBase(store, name),
      (error: { code: string; message: string; hint: string }) => {
        assert.equal(error.code, code);
        assert.match(error.message, says);
        assert.match(error.hint, hint);
        return true;
      },
    );
    assert.equal(objects.size, 1);
  });
}

/** A Temporal server that knows one run, which goes on. */
function sessionWith(store: Store, input: object, events: readonly object[] = []): Session {
  const payload = defaultPayloadConverter.toPayload(input);
  const started = { workflowExecutionStartedEventAttributes: { input: { payloads: [payload] } } };
  const handle = {
    query: async () => {
      throw new Error("no worker");
    },
    fetchHistory: async () => ({ events: [started, ...events] }),
  };
  const temporal = {
    connection: { withDeadline: (_until: number, call: () => Promise<unknown>) => call() },
    workflow: {
      getHandle: () => handle,
      async *list() {
        yield { workflowId: "m-20260101-000000-aaaa", status: { name: "RUNNING" }, startTime: new Date() };
      },
    },
  };
  return { store, temporal, platform: {} } as unknown as Session;
}

test("of a removed base, garbage collection keeps what a running run or a model needs, and only that", async () => {
  const { store } = memoryStore();
  const layer = { kind: "tune", key: digestOf("e"), digest: digestOf("f") };
  const base = await add(store, "running", "a");
  const candidate = { ...(await add(store, "compared", "b")), layers: [layer] };
  const baseSpec = await add(store, "model", "c");
  await add(store, "nobody", "d");
  await registerModel(store, {
    name: "m",
    runId: "m-20250101-000000-aaaa",
    createdAt: "2026-01-01",
    classes: ["a"],
    base: baseSpec.name,
    baseSpec,
    background: "white",
    keepShortSide: 320,
    testAccuracy: 0.9,
    weights: { kind: "head", key: digestOf("1"), digest: digestOf("2") },
    artifacts: {},
  });
  const session = sessionWith(store, { base, candidates: { compared: candidate } });
  const kept = async (): Promise<string> =>
    [...(await collectRoots(session, new Date())).digests]
      .map((digest) => digest[0])
      .sort()
      .join("");
  assert.equal(await kept(), "abcd");
  for (const name of ["running", "compared", "model", "nobody"]) await removeBase(store, name);
  assert.equal(await kept(), "abc");
  const { manifests } = await collectRoots(session, new Date());
  assert.ok(manifests.has(manifestName(layer.kind, layer.key)));
});

test("garbage collection keeps shards while a run that goes on has no features yet", async () => {
  const scheduled = (eventId: number, activityId: string) => ({
    eventId,
    activityTaskScheduledEventAttributes: { activityId },
  });
  const completed = (scheduledEventId: number) => ({
    activityTaskCompletedEventAttributes: { scheduledEventId },
  });
  const keepsShards = async (...events: readonly object[]): Promise<boolean> =>
    (await collectRoots(sessionWith(memoryStore().store, {}, events), new Date())).keepsShards;
  const shard = [scheduled(1, "features-2-shard-1"), completed(1)];
  assert.equal(await keepsShards(...shard), true);
  assert.equal(await keepsShards(...shard, scheduled(2, "features-2")), true);
  assert.equal(await keepsShards(...shard, scheduled(2, "features-2"), completed(2)), false);
});
