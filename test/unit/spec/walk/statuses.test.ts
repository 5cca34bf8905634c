/** The stages of a run as its views show them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { stageStatuses } from "../../../../spec/pipeline/walk/statuses.js";
import { type Standing, type Step, walk } from "../../../../spec/pipeline/walk/walk.js";
import { runFileSchema } from "../../../../spec/runFile/runFile.js";

const file = runFileSchema.parse({
  name: "m",
  data: { path: "images" },
  unfreeze: { stages: ["top"] },
  evaluation: { folds: 0 },
});
const recipe = {
  state: "done",
  decision: { choice: "extractor-only", stages: 0, reason: "few images" },
} as const;

test("what was seen of a stage counts; of the others what the walk says of them", () => {
  const steps = walk({ file, outcomes: { ingest: { state: "done" }, features: { state: "done" }, recipe } });
  const ingest = { name: "ingest", state: "cached", note: "12 images" } as const;
  const held = { name: "head", state: "paused" } as const;
  const statuses = stageStatuses(steps, new Map([ingest, held].map((status) => [status.name, status])));
  assert.deepEqual(statuses[0], ingest);
  assert.deepEqual(
    statuses.find(({ name }) => name === "head"),
    held,
  );
  assert.deepEqual(
    statuses.find(({ name }) => name === "tune-1"),
    { name: "tune-1", state: "skipped", note: "few images" },
  );
  assert.equal(statuses.find(({ name }) => name === "evaluate")?.state, "waiting");
});

test("stages that nobody knows of here come last, and before the first news all are waiting", () => {
  const seen = new Map([["polish", { name: "polish", state: "done" } as const]]);
  const statuses = stageStatuses(walk({ file, outcomes: {} }), seen);
  assert.deepEqual(statuses.at(-1), { name: "polish", state: "done" });
  assert.deepEqual(new Set(statuses.slice(0, -1).map(({ state }) => state)), new Set(["waiting"]));
});

const standingOf = (steps: readonly Step[], name: string): Standing | undefined =>
  steps.find(({ stage }) => stage.name === name)?.standing;

test("before the recipe a stage of unfreezing waits for the decision, and a fold is not known", () => {
  const given = { file: { ...file, evaluation: { ...file.evaluation, folds: 5 } }, outcomes: {} };
  const steps = walk(given);
  assert.deepEqual(standingOf(steps, "ingest"), { state: "ready" });
  assert.deepEqual(standingOf(steps, "features"), { state: "waits", for: ["ingest"] });
  assert.deepEqual(standingOf(steps, "tune-1"), { state: "waits", for: ["recipe", "ingest", "head"] });
  assert.deepEqual(standingOf(steps, "fold-1"), { state: "undecided", until: "recipe" });
});

test("side by side: after the decision the head and every fold may start at once", () => {
  const decision = { choice: "staged", stages: 1, reason: "", folds: { count: 2, reason: "two" } };
  const done = { state: "done" } as const;
  const steps = walk({
    file: { ...file, evaluation: { ...file.evaluation, folds: 5 } },
    outcomes: { ingest: done, features: done, recipe: { ...done, decision } },
  });
  const ready = steps.filter(({ standing }) => standing.state === "ready").map(({ stage }) => stage.name);
  assert.deepEqual(ready, ["head", "fold-1", "fold-2"]);
});

test("while the base is not chosen, what follows is not decided, and the candidates are measured side by side", () => {
  const bases = ["efficientnet-lite0", "efficientnet-lite1"];
  const steps = walk({ file: { ...file, bases }, outcomes: { ingest: { state: "done" } } });
  const ready = steps.filter(({ standing }) => standing.state === "ready").map(({ stage }) => stage.name);
  assert.deepEqual(ready, ["features-1", "features-2"]);
  for (const name of ["features", "recipe", "head", "report"])
    assert.deepEqual(standingOf(steps, name), { state: "undecided", until: "base" }, name);
});

test("a run of before recipes and folds waits for none", () => {
  const done = { state: "done" } as const;
  const steps = walk({
    file,
    knows: { recipe: false, folds: false },
    outcomes: { ingest: done, features: done },
  });
  assert.equal(standingOf(steps, "recipe"), undefined);
  assert.deepEqual(standingOf(steps, "head"), { state: "ready" });
});

test("candidates that all stay frozen have no stages of unfreezing, whatever `base` is", () => {
  const frozen = { name: "a", architecture: "layers-model", layers: [], lineage: [], digest: "a".repeat(64) };
  const origin = { source: "test", licence: "none", pretrainedOn: "nothing" };
  const own = runFileSchema.parse({ name: "m", data: { path: "images" }, bases: ["a", "b"] });
  const candidates = { a: { ...frozen, origin }, b: { ...frozen, origin } };
  const chosen = { base: { state: "done", base: "b" } } as const;
  for (const outcomes of [{}, chosen])
    assert.ok(walk({ file: own, candidates, outcomes }).every(({ stage }) => stage.kind !== "tune"));
});
