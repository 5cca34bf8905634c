import assert from "node:assert/strict";
import { test } from "node:test";
import { findOldTraces } from "../../../../client/gc/oldTraces.js";
import type { StoredObject } from "../../../../store/inventory.js";

const BEFORE = new Date("2026-02-01");
const object = (name: string, modified = "2026-01-01"): StoredObject => ({
  name,
  size: 1,
  modified: new Date(modified),
});
const traces = [
  object("checkpoints/stage-a/dead/000001-000002.json"),
  object("checkpoints/stage-b/paused/000003-000001.json"),
  object("checkpoints/stage-c/failed/000001-000001.json", "2026-03-01"),
  object("fences/stage-a/000001.json"),
  object("fences/stage-b/000003.json"),
  object("fences/stage-c/000001.json"),
  object("fences/stage-d/000001.json", "2026-03-01"),
  object("control/dead.json"),
  object("control/paused.json"),
];
const namesOf = (runs: readonly string[]): string[] =>
  findOldTraces(traces, { runs: new Set(runs) }, BEFORE).map(({ name }) => name);

test("what an old run has left goes; of a run that is kept, and of a recent one, nothing does", () => {
  assert.deepEqual(namesOf(["paused"]), [
    "checkpoints/stage-a/dead/000001-000002.json",
    "fences/stage-a/000001.json",
    "control/dead.json",
  ]);
});

test("claims stay as long as a checkpoint that they order", () => {
  const all = namesOf([]);
  assert.ok(all.includes("fences/stage-b/000003.json"), "its checkpoint goes at the same time");
  assert.ok(!all.includes("fences/stage-c/000001.json"), "its checkpoint is recent");
  assert.ok(!all.includes("fences/stage-d/000001.json"), "it is recent itself");
});
