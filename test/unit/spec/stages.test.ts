import assert from "node:assert/strict";
import { test } from "node:test";
import { runFileSchema } from "../../../spec/runFile.js";
import { planStages } from "../../../spec/stages.js";

const file = (extra: object) => runFileSchema.parse({ name: "m", data: { path: "images" }, ...extra });

test("stages come in the order in which they can run", () => {
  const plans = planStages(file({ compare: { scratch: true } }));
  const seen = new Set<string>();
  for (const plan of plans) {
    for (const input of plan.inputs) assert.ok(seen.has(input), `${plan.name} needs ${input} first`);
    seen.add(plan.name);
  }
  assert.deepEqual(
    [...seen],
    ["ingest", "features", "head", "tune-1", "tune-2", "scratch", "evaluate", "register", "report"],
  );
});

test("without unfreezing the head is the model", () => {
  const plans = planStages(file({ unfreeze: { stages: [] } }));
  assert.deepEqual(
    plans.map(({ name }) => name),
    ["ingest", "features", "head", "evaluate", "register", "report"],
  );
});

test("each stage of unfreezing builds on the one before and knows its depth", () => {
  const tuned = planStages(file({ unfreeze: { stages: ["top", "blocks.6", "blocks.3"] } })).filter(
    ({ kind }) => kind === "tune",
  );
  assert.deepEqual(
    tuned.map(({ inputs }) => inputs[1]),
    ["head", "tune-1", "tune-2"],
  );
  assert.deepEqual(
    tuned.map(({ parameters }) => parameters.deepest),
    ["top", "blocks.6", "blocks.3"],
  );
  assert.deepEqual(
    tuned.map(({ parameters }) => parameters.stage),
    [1, 2, 3],
  );
});

test("where the images lie is no parameter of ingest: their contents are", () => {
  const here = planStages(file({}))[0];
  const there = planStages(runFileSchema.parse({ name: "m", data: { path: "elsewhere" } }))[0];
  assert.deepEqual(here?.parameters, there?.parameters);
});

test("stages must reach deeper one after the other", () => {
  const wrong = { name: "m", data: { path: "images" }, unfreeze: { stages: ["blocks.5", "blocks.6"] } };
  assert.equal(runFileSchema.safeParse(wrong).success, false);
});
