/** Damaged records, and what stays because of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoreGarbage } from "../../../../client/gc/garbage.js";
import { heldBack } from "../../../../client/gc/heldBack.js";

const one = (name: string) => [{ name, size: 1, modified: new Date(0) }];
const FOUND: StoreGarbage = {
  objects: one("objects/aa/a"),
  manifests: one("artifacts/head/a/manifest.json"),
  runs: one("runs/r.json"),
  logs: one("logs/r/head/1/000001.jsonl"),
  traces: one("control/r.json"),
  uploads: one("uploads/a/images.json"),
};

for (const { records, goes } of [
  { records: [], goes: ["objects", "manifests", "runs", "logs", "traces", "uploads"] },
  { records: ["bases/b/v1.json"], goes: ["manifests", "runs", "logs", "traces", "uploads"] },
  { records: ["artifacts/head/k/manifest.json"], goes: ["manifests", "runs", "logs", "traces", "uploads"] },
  { records: ["uploads/u/images.json"], goes: ["manifests", "runs", "logs", "traces", "uploads"] },
  { records: ["runs/r.json"], goes: ["runs", "logs", "traces", "uploads"] },
  { records: ["runs/r.json", "bases/b/v1.json"], goes: ["runs", "logs", "traces", "uploads"] },
  { records: ["models/m/v1.json"], goes: [] },
  { records: ["bases/b/v1.json", "models/m/v1.json"], goes: [] },
  { records: ["something/else.json"], goes: [] },
]) {
  test(`with ${records.join(" and ") || "nothing"} damaged, ${goes.join(", ") || "nothing"} may go`, () => {
    const damaged = records.map((record) => ({ record, why: "it is damaged" }));
    const left = heldBack(FOUND, damaged);
    assert.deepEqual(
      Object.entries(left)
        .flatMap(([part, objects]) => (objects.length === 0 ? [] : [part]))
        .sort(),
      [...goes].sort(),
    );
  });
}
