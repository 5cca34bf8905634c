import assert from "node:assert/strict";
import { test } from "node:test";
import { findGarbage, type Inventory } from "../../../../client/gc/garbage.js";
import { findOldLogs } from "../../../../client/gc/oldLogs.js";
import type { StoredObject } from "../../../../store/inventory.js";

const OLD = new Date("2026-01-01");
const FRESH = new Date("2026-02-01");
const YOUNG = new Date("2026-03-01");
const object = (name: string, modified = OLD): StoredObject => ({ name, size: 1, modified });

const FILES: Readonly<Record<string, readonly string[]>> = {
  "artifacts/head/kept/manifest.json": ["shared", "weights"],
  "artifacts/head/dropped/manifest.json": ["shared", "lost"],
  "artifacts/head/young/manifest.json": ["young-data"],
};
const filesOf = async (name: string): Promise<readonly string[]> => FILES[name] ?? [];
const inventory: Inventory = {
  manifests: [
    object("artifacts/head/kept/manifest.json"),
    object("artifacts/head/dropped/manifest.json"),
    object("artifacts/head/young/manifest.json", YOUNG),
  ],
  objects: [
    ...["shared", "weights", "lost", "young-data", "base"].map((digest) => object(`objects/aa/${digest}`)),
    object("objects/aa/uploading", YOUNG),
  ],
  runs: [object("runs/old.json"), object("runs/pinned.json"), object("runs/recent.json", YOUNG)],
};
const roots = {
  manifests: new Set(["artifacts/head/kept/manifest.json"]),
  digests: new Set(["base"]),
  runs: new Set(["pinned"]),
  keepsShards: false,
};
const names = (objects: readonly StoredObject[]): string[] => objects.map(({ name }) => name);

test("only what is old and reached from nowhere is garbage", async () => {
  const garbage = await findGarbage(inventory, roots, filesOf, FRESH);
  assert.deepEqual(names(garbage.manifests), ["artifacts/head/dropped/manifest.json"]);
  assert.deepEqual(names(garbage.objects), ["objects/aa/lost"]);
  assert.deepEqual(names(garbage.runs), ["runs/old.json"]);
});

test("whatever manifest is left has all of its data", async () => {
  for (const kept of inventory.manifests) {
    const garbage = await findGarbage(
      inventory,
      { ...roots, manifests: new Set([kept.name]) },
      filesOf,
      FRESH,
    );
    const left = inventory.manifests.filter(({ name }) => !names(garbage.manifests).includes(name));
    const gone = new Set(names(garbage.objects));
    for (const { name } of left)
      for (const digest of await filesOf(name))
        assert.ok(!gone.has(`objects/aa/${digest}`), `${name} ${digest}`);
  }
});

test("shards go like all that nothing refers to, but not while a run may be computing some", async () => {
  const key = "0".repeat(64);
  const shards = ["shard", "shards", "image-shard", "image-shards"].map((kind) =>
    object(`artifacts/${kind}/${key}/manifest.json`),
  );
  const all = { ...inventory, manifests: shards };
  for (const keepsShards of [false, true]) {
    const garbage = await findGarbage(all, { ...roots, keepsShards }, filesOf, FRESH);
    assert.deepEqual(garbage.manifests, keepsShards ? [] : shards);
  }
});

test("with nothing in use everything that is old goes", async () => {
  const none = {
    manifests: new Set<string>(),
    digests: new Set<string>(),
    runs: new Set<string>(),
    keepsShards: false,
  };
  const garbage = await findGarbage(inventory, none, filesOf, new Date("2026-12-01"));
  assert.equal(garbage.objects.length, inventory.objects.length);
  assert.equal(garbage.manifests.length, inventory.manifests.length);
  assert.equal(garbage.runs.length, inventory.runs.length);
});

test("a log goes when its run is not kept and it was not written to of late; never a part of it", () => {
  const logs = [
    object("logs/old/head/1/000001.jsonl"),
    object("logs/old/head/1/000002.jsonl"),
    object("logs/pinned/head/1/000001.jsonl"),
    object("logs/running/head/1/000001.jsonl"),
    object("logs/running/tune-1/1/000001.jsonl", YOUNG),
  ];
  assert.deepEqual(names(findOldLogs(logs, roots, FRESH)), [
    "logs/old/head/1/000001.jsonl",
    "logs/old/head/1/000002.jsonl",
  ]);
});
