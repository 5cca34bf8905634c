import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import type { BaseSpec } from "../../../../spec/base.js";
import { planStages, sourceOf } from "../../../../spec/pipeline/stages.js";
import { courseOf } from "../../../../spec/pipeline/walk/course.js";
import { followRecipe, whySkipped } from "../../../../spec/pipeline/walk/decided.js";
import { runFileSchema } from "../../../../spec/runFile/runFile.js";

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
    [
      ...["ingest", "features", "recipe", "head", "tune-1", "tune-2"],
      ...["fold-1", "fold-2", "fold-3", "fold-4", "fold-5", "scratch", "evaluate", "register", "report"],
    ],
  );
});

test("the report reads the folds that ran, for their times and digests", () => {
  const plans = planStages(file({ evaluation: { folds: 4 } }));
  const reads = (all: typeof plans) => all.find(({ kind }) => kind === "report")?.inputs ?? [];
  const folds = { count: 3, reason: "one class has three" };
  assert.deepEqual(
    reads(followRecipe(plans, { stages: 2, reason: "", folds })).filter((name) => name.startsWith("fold-")),
    ["fold-1", "fold-2", "fold-3"],
  );
  const old = {
    file: file({ evaluation: { folds: 3 } }),
    knows: { recipe: true, folds: false },
    outcomes: {},
  };
  assert.ok(reads(courseOf(old).stages).every((name) => !name.startsWith("fold-")));
});

test("without unfreezing the head is the model", () => {
  const plans = planStages(file({ unfreeze: { stages: [] }, evaluation: { folds: 0 } }));
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

test("what folders mean is no parameter of ingest: labels and splits are in the source's digest", () => {
  const ingest = (folders: object) =>
    planStages(runFileSchema.parse({ name: "pets", data: { path: "photos", ...folders } })).find(
      ({ name }) => name === "ingest",
    );
  assert.deepEqual(ingest({ folders: "splits" }), ingest({}));
  assert.equal(ingest({})?.codeVersion, 6);
});

test("the datasets of earlier versions are parameters of ingest alone, in any order, and of no run without them", () => {
  const [one, other] = ["1", "2"].map((digit) => ({
    kind: "ingest",
    key: digit.repeat(64),
    digest: digit.repeat(64),
  }));
  assert.ok(one && other);
  const [plain, kept, turned] = [[], [one, other], [other, one]].map((earlier) =>
    planStages(file({}), undefined, {}, { earlier }),
  );
  assert.deepEqual(kept, turned);
  assert.equal(plain?.[0]?.parameters.kept, undefined);
  assert.deepEqual(kept?.[0]?.parameters.kept, [one.digest, other.digest]);
  assert.equal(
    kept?.[0]?.parameters.ties,
    "left out",
    "those that were trained on once are no result of this",
  );
  assert.deepEqual(kept?.slice(1), plain?.slice(1));
});

test("what is known of new images is a parameter of the report alone, and of no run without it", () => {
  const [plain, shown] = [undefined, "3".repeat(64)].map((drift) =>
    planStages(file({}), undefined, {}, { drift }),
  );
  assert.deepEqual(shown?.slice(0, -1), plain?.slice(0, -1));
  const [before, after] = [plain?.at(-1)?.parameters, shown?.at(-1)?.parameters];
  assert.deepEqual(after, { ...before, drift: "3".repeat(64) });
  assert.ok(before !== undefined && !("drift" in before));
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
  assert.ok(!followRecipe(plans, { stages: 1, reason: "few images" }).some(({ name }) => name === "tune-3"));
});

const OPTIONS = [
  { rates: { "blocks.6": 0.002 } },
  { schedule: "one-cycle" },
  { find_rate: true },
  { clip_norm: 1 },
  { l2_sp: 0.01 },
  { ema: 0.99 },
  { gate: { level: 0.05 } },
  { gate: { rule: "always" } },
  { keep_rolled_back: true },
];

for (const unfreeze of OPTIONS) {
  test(`${Object.keys(unfreeze)} is part of a tuning stage's parameters`, () => {
    const [plain, changed] = [{}, unfreeze].map((options) =>
      planStages(file({ unfreeze: options })).find(({ name }) => name === "tune-1"),
    );
    assert.notDeepEqual(changed?.parameters, plain?.parameters);
  });
}

test("the gate of before there was a choice stands in no key, and neither does a level that no test reads", () => {
  const tuned = (unfreeze: object) =>
    planStages(file({ unfreeze })).find(({ name }) => name === "tune-1")?.parameters;
  assert.deepEqual(tuned({ gate: { level: 0.1, rule: "calibrated-loss" } }), tuned({}));
  assert.equal(tuned({})?.gate, undefined);
  assert.deepEqual(
    tuned({ gate: { level: 0.2, rule: "always" } }),
    tuned({ gate: { level: 0.05, rule: "always" } }),
  );
});

test("keeping what is rolled back changes the keys of tuning stages alone, and no key while it is off", () => {
  const parametersOf = (unfreeze: object) =>
    new Map(planStages(file({ unfreeze })).map(({ name, parameters }) => [name, parameters]));
  const [off, on] = [parametersOf({}), parametersOf({ keep_rolled_back: true })];
  assert.ok(!("keep_rolled_back" in (off.get("tune-1") ?? {})));
  const changed = [...on].filter(([name, parameters]) => !isDeepStrictEqual(parameters, off.get(name)));
  // The report has the whole run file in it.
  assert.deepEqual(
    changed.map(([name]) => name),
    ["tune-1", "tune-2", "report"],
  );
});

test("what the recipe leaves out is no input of anything, and what it keeps stays as it was", () => {
  const plans = planStages(
    file({
      compare: { scratch: true },
      unfreeze: { stages: ["top", "blocks.6", "blocks.5"] },
      evaluation: { folds: 0 },
    }),
  );
  const reason = "few images";
  for (const stages of [0, 1, 2, 3]) {
    const followed = followRecipe(plans, { stages, reason });
    const names = followed.map(({ name }) => name);
    assert.equal(names.filter((name) => name.startsWith("tune-")).length, stages);
    for (const { name, inputs } of followed)
      for (const input of inputs) assert.ok(names.includes(input), `${name} would wait for ${input}`);
  }
  assert.deepEqual(followRecipe(plans, { stages: 3, reason }), plans);
  const evaluated = followRecipe(plans, { stages: 1, reason }).find(({ name }) => name === "evaluate");
  assert.deepEqual(evaluated?.inputs, ["ingest", "head", "tune-1", "scratch"]);
});

const added = (): BaseSpec => ({
  name: "own@1",
  architecture: "efficientnet-lite0",
  layers: [],
  lineage: [],
  digest: "0".repeat(64),
  origin: { source: "test", licence: "none", pretrainedOn: "nothing" },
});

test("candidates are measured under their own names, and one choice follows", () => {
  const bases = ["efficientnet-lite0", "efficientnet-lite1"];
  const plans = planStages(file({ bases }));
  assert.deepEqual(plans.map(({ name, candidate }) => [name, candidate]).slice(0, 7), [
    ["ingest", undefined],
    ["features-1", "efficientnet-lite0"],
    ["recipe-1", "efficientnet-lite0"],
    ["features-2", "efficientnet-lite1"],
    ["recipe-2", "efficientnet-lite1"],
    ["base", undefined],
    ["features", undefined],
  ]);
  const recipe = plans.find(({ name }) => name === "recipe-2");
  assert.ok(recipe);
  assert.deepEqual(
    recipe.inputs.map((input) => sourceOf(recipe, input)),
    ["ingest", "features-2"],
  );
});

test("what a base was tuned on is part of what ingest depends on, whichever of several bases it is", () => {
  const dataset = { kind: "ingest", key: "k", digest: "d".repeat(64) };
  const tuned = { ...added(), tunedOn: [dataset] };
  const ingest = (plans: ReturnType<typeof planStages>) =>
    plans.find(({ name }) => name === "ingest")?.parameters;
  assert.equal(ingest(planStages(file({ base: "own" }), added()))?.met, undefined);
  assert.deepEqual(ingest(planStages(file({ base: "own" }), tuned))?.met, [dataset.digest]);
  const among = planStages(file({ bases: ["efficientnet-lite0", "own"] }), undefined, { own: tuned });
  assert.deepEqual(ingest(among)?.met, [dataset.digest]);
  const chosen = planStages(file({ bases: ["efficientnet-lite0", "own"], base: "own" }), tuned, {
    own: tuned,
  });
  assert.deepEqual(ingest(chosen), ingest(among));
  assert.equal(among.find(({ name }) => name === "recipe-1")?.parameters.tuned, undefined);
  assert.equal(among.find(({ name }) => name === "recipe-2")?.parameters.tuned, true);
});

test("a candidate's stages have the keys of a run with that base alone", () => {
  const bases = ["efficientnet-lite0", "efficientnet-lite1"];
  const alone = planStages(file({ base: "efficientnet-lite1" }));
  const among = planStages(file({ bases }));
  for (const kind of ["features", "recipe"]) {
    const { name: _n, ...own } = alone.find((plan) => plan.name === kind) ?? {};
    const {
      name: _m,
      sources: _s,
      candidate,
      ...same
    } = among.find((plan) => plan.name === `${kind}-2`) ?? {};
    assert.equal(candidate, "efficientnet-lite1");
    assert.deepEqual(same, own);
  }
});

test("a run that began before there were recipes and folds has none", () => {
  const old = { file: file({}), knows: { recipe: false, folds: false }, outcomes: {} };
  const names = courseOf(old).stages.map(({ name }) => name);
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

test("of the folds that there may be, as many run as the recipe says, as deep as it says", () => {
  const plans = planStages(file({ evaluation: { folds: 4 } }));
  const decided = { stages: 1, reason: "few images", folds: { count: 3, reason: "one class has three" } };
  const folds = followRecipe(plans, decided).filter(({ kind }) => kind === "fold");
  assert.deepEqual(
    folds.map(({ name }) => name),
    ["fold-1", "fold-2", "fold-3"],
  );
  for (const [index, { parameters, inputs }] of folds.entries()) {
    assert.deepEqual([parameters.fold, parameters.folds], [index + 1, 3]);
    assert.equal((parameters.stages as unknown[]).length, 1);
    assert.deepEqual(inputs, ["ingest", "features"]);
  }
  const why = (name: string) =>
    whySkipped(plans.find((plan) => plan.name === name) as (typeof plans)[number], decided);
  assert.equal(why("fold-4"), "one class has three");
  assert.equal(why("fold-3"), undefined);
  assert.equal(why("tune-2"), "few images");
});

test("what changes the head or a stage of unfreezing changes every fold, and nothing that is trained on the split", () => {
  const foldOf = (extra: object) =>
    planStages(file({ evaluation: { folds: 2 }, ...extra })).find(({ name }) => name === "fold-1")
      ?.parameters;
  assert.notDeepEqual(foldOf({ head: { dropout: 0.5 } }), foldOf({}));
  assert.notDeepEqual(foldOf({ unfreeze: { decay: 3 } }), foldOf({}));
  assert.notDeepEqual(foldOf({ precision: "bfloat16" }), foldOf({}));
  assert.notDeepEqual(foldOf({ augment: { flip: true } }), foldOf({}));
  const trained = (folds: number) =>
    planStages(file({ evaluation: { folds } })).filter(({ kind }) => kind === "head" || kind === "tune");
  assert.deepEqual(trained(5), trained(0));
});

test("a stage and those after it are made anew under keys of the run, and the others are not touched", () => {
  const given = { file: file({ evaluation: { folds: 0 } }), runId: "m-1", outcomes: {} };
  const plans = planStages(given.file);
  const { stages: anew } = courseOf({ ...given, from: "tune-1" });
  const split = plans.findIndex(({ name }) => name === "tune-1");
  assert.deepEqual(anew.slice(0, split), plans.slice(0, split));
  assert.deepEqual(
    anew.slice(split),
    plans.slice(split).map((plan) => ({ ...plan, parameters: { ...plan.parameters, anew: "m-1" } })),
  );
  assert.deepEqual(courseOf(given).stages, plans);
});

test("what `bases: auto` means is no matter of planning", () => {
  assert.throws(() => planStages(file({ bases: "auto" })), /not settled/);
});
