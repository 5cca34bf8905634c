import assert from "node:assert/strict";
import { test } from "node:test";
import { runFileSchema } from "../../../spec/runFile.js";
import { followRecipe, planStages, withoutStages } from "../../../spec/stages.js";

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
    ["ingest", "features", "recipe", "head", "tune-1", "tune-2", "scratch", "evaluate", "register", "report"],
  );
});

test("without unfreezing the head is the model", () => {
  const plans = planStages(file({ unfreeze: { stages: [] } }));
  assert.deepEqual(
    plans.map(({ name }) => name),
    ["ingest", "features", "recipe", "head", "evaluate", "register", "report"],
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

test("a surgical stage comes last, and changes nothing of the others", () => {
  const plain = planStages(file({}));
  const plans = planStages(file({ unfreeze: { surgical: "first-block" } }));
  const tuned = plans.filter(({ kind }) => kind === "tune");
  assert.deepEqual(
    tuned.map(({ name, inputs, parameters }) => [name, inputs[1], parameters.deepest]),
    [
      ["tune-1", "head", "blocks.6"],
      ["tune-2", "tune-1", "blocks.5"],
      ["tune-3", "tune-2", "first-block"],
    ],
  );
  for (const name of ["features", "head", "tune-1", "tune-2"]) {
    const parametersOf = (all: typeof plans) => all.find((plan) => plan.name === name)?.parameters;
    assert.deepEqual(parametersOf(plans), parametersOf(plain), name);
  }
  assert.equal(plans.find(({ kind }) => kind === "recipe")?.parameters.planned, 3);
  assert.ok(plans.find(({ kind }) => kind === "evaluate")?.inputs.includes("tune-3"));
  assert.ok(!followRecipe(plans, 1).some(({ name }) => name === "tune-3"));
});

const OPTIONS = [
  { rates: { "blocks.6": 0.002 } },
  { schedule: "one-cycle" },
  { find_rate: true },
  { clip_norm: 1 },
  { l2_sp: 0.01 },
  { ema: 0.99 },
];

for (const unfreeze of OPTIONS) {
  test(`${Object.keys(unfreeze)} is part of a tuning stage's parameters`, () => {
    const [plain, changed] = [{}, unfreeze].map((options) =>
      planStages(file({ unfreeze: options })).find(({ name }) => name === "tune-1"),
    );
    assert.notDeepEqual(changed?.parameters, plain?.parameters);
  });
}

test("what the recipe leaves out is no input of anything, and what it keeps stays as it was", () => {
  const plans = planStages(
    file({ compare: { scratch: true }, unfreeze: { stages: ["top", "blocks.6", "blocks.5"] } }),
  );
  for (const stages of [0, 1, 2, 3]) {
    const followed = followRecipe(plans, stages);
    const names = followed.map(({ name }) => name);
    assert.equal(names.filter((name) => name.startsWith("tune-")).length, stages);
    for (const { name, inputs } of followed)
      for (const input of inputs) assert.ok(names.includes(input), `${name} would wait for ${input}`);
  }
  assert.deepEqual(followRecipe(plans, 3), plans);
  const evaluated = followRecipe(plans, 1).find(({ name }) => name === "evaluate");
  assert.deepEqual(evaluated?.inputs, ["ingest", "head", "tune-1", "scratch"]);
});

test("a run that began before there were recipes has none", () => {
  const names = withoutStages(planStages(file({})), new Set(["recipe"])).map(({ name }) => name);
  assert.deepEqual(names, [
    "ingest",
    "features",
    "head",
    "tune-1",
    "tune-2",
    "evaluate",
    "register",
    "report",
  ]);
});
