/** Half the batch: what changes of a stage's settings and key, and what does not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { StageRequest } from "../../../spec/pipeline/activities.js";
import { atHalfBatch } from "../../../spec/pipeline/halfBatch.js";
import { planStages } from "../../../spec/pipeline/stages.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import { stageKey } from "../../../store/artifacts/keys.js";

function requestFor(name: string, batches: { head?: number; unfreeze?: number } = {}): StageRequest {
  const file = runFileSchema.parse({
    name: "m",
    data: { path: "images" },
    head: { batch_size: batches.head ?? 64 },
    unfreeze: { batch_size: batches.unfreeze ?? 32 },
    compare: { scratch: true },
    evaluation: { folds: 2 },
  });
  const stage = planStages(file).find((plan) => plan.name === name);
  assert.ok(stage !== undefined);
  return { run: { runId: "m-1", file, dataPath: "/images", thawVersion: "" }, stage, inputs: {} };
}

const keyOf = ({ stage }: StageRequest): string => stageKey(stage, { ingest: "a" }, "engine");
const IMAGES = 1000;

const cases: readonly (readonly [
  string,
  { at: number; batchSize: number },
  head: number,
  unfreeze: number,
])[] = [
  ["head", { at: 64, batchSize: 32 }, 32, 32],
  ["tune-1", { at: 32, batchSize: 16 }, 64, 16],
  ["scratch", { at: 32, batchSize: 16 }, 64, 16],
  ["fold-1", { at: 32, batchSize: 16 }, 32, 16],
];
for (const [name, outOfMemory, head, unfreeze] of cases) {
  test(`${name} is made at half of its batch, under a key of its own`, () => {
    const request = requestFor(name);
    const half = atHalfBatch(request, IMAGES);
    assert.deepEqual(half?.outOfMemory, outOfMemory);
    const { file } = half.request.run;
    assert.deepEqual([file.head.batch_size, file.unfreeze.batch_size], [head, unfreeze]);
    assert.deepEqual({ ...file, head: 0, unfreeze: 0 }, { ...request.run.file, head: 0, unfreeze: 0 });
    const keys = [request, half.request, requestFor(name, { head, unfreeze })].map(keyOf);
    assert.equal(new Set(keys).size, 3, "neither the whole batch's nor that of a run that asks for the half");
    assert.deepEqual(atHalfBatch(request, IMAGES), half);
  });
}

test("a batch larger than the set is as large as the set", () => {
  assert.deepEqual(atHalfBatch(requestFor("tune-1", { unfreeze: 512 }), 100)?.outOfMemory, {
    at: 512,
    batchSize: 50,
  });
  assert.equal(atHalfBatch(requestFor("head", { head: 7 }), IMAGES)?.outOfMemory.batchSize, 3);
});

test("there is no half of one image, nor of a stage without batches", () => {
  assert.equal(atHalfBatch(requestFor("tune-1", { unfreeze: 1 }), IMAGES), undefined);
  for (const name of ["ingest", "features", "recipe", "evaluate", "register", "report"])
    assert.equal(atHalfBatch(requestFor(name), IMAGES), undefined, name);
});
