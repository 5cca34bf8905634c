/** Explanations of runs that are queued behind many others, were told something, or are warned of. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { explain } from "../../../../client/explain/explain.js";
import type { Situation } from "../../../../client/explain/situation.js";
import type { RunView } from "../../../../client/runs/watch.js";
import type { RunResult } from "../../../../spec/pipeline/run.js";

const VIEW: RunView = {
  runId: "r",
  model: "scans",
  status: "running",
  startedAt: new Date("2026-11-25T08:00:00Z"),
  stages: [
    { name: "ingest", state: "done" },
    { name: "head", state: "running" },
    { name: "evaluate", state: "waiting" },
  ],
};

function situation(view: Partial<RunView>, more: Partial<Situation> = {}): Situation {
  return {
    view: { ...VIEW, ...view },
    ...{ tasks: [], waiting: [], causes: [], lastLines: [], embedded: true },
    ...more,
  };
}

test("a worker that is busy with many others is said to be, and how many wait for it", () => {
  const busyWith = ["a", "b", "c", "d", "e"];
  const { condition, sentences, advice } = explain(
    situation({}, { waiting: [{ name: "thaw-training", served: "busy", busyWith, alsoWaiting: 25 }] }),
  );
  assert.equal(condition, "queued");
  assert.deepEqual(sentences, [
    "It waits for the training worker, which is busy with 5 other runs: a, b, c and 2 more.",
    "25 other runs wait for it, too.",
    "1 of 3 stages is over; evaluate is to come.",
  ]);
  assert.match(advice.join(), /another worker would take it at once/);
});

for (const { heeded, says } of [
  {
    heeded: true,
    says: "Its priority is 4 (1 to 5): of runs that wait for the same worker lower numbers go first.",
  },
  {
    heeded: false,
    says: "Its priority is 4 (1 to 5): of runs that wait for the same worker lower numbers go first, but this server may go by the order of their coming.",
  },
])
  test(`a run that waits behind others has its priority named, where the server ${heeded ? "goes" : "may not go"} by it`, () => {
    const waiting = [{ name: "thaw-training", served: "busy", busyWith: ["other"] } as const];
    const { sentences } = explain(situation({}, { waiting, priority: { key: 4, heeded } }));
    assert.deepEqual(sentences.slice(0, 2), [
      "It waits for the training worker, which works on run other.",
      says,
    ]);
  });

test("a paused stage is not over, and what the run was told to change is said", () => {
  const applied = { stage: "head", epoch: 2, step: 4, at: "2026-11-25T08:00:09Z" };
  const command = { kind: "set", learningRate: 0.5 } as const;
  const record = { seq: 1, command, by: "anna@lab", at: "2026-11-25T08:00:00Z", stage: "head", applied };
  const stages = VIEW.stages.map((stage) =>
    stage.name === "head" ? ({ ...stage, state: "paused", note: "since noon by anna@lab" } as const) : stage,
  );
  const { condition, sentences } = explain(
    situation({ stages, control: { commands: [{ ...record, state: "applied" }] } }),
  );
  assert.equal(condition, "paused");
  assert.deepEqual(sentences, [
    "Stage head is paused since noon by anna@lab.",
    "1 of 3 stages is over; evaluate is to come.",
    "anna@lab told it: set learning_rate 0.5x: applied at head, epoch 2, step 4.",
  ]);
});

test("warnings come with the explanation, of a run at work, too", () => {
  const warnings = [{ code: "leaks", grade: "voids", sentence: "Known.", advice: "repair" }] as const;
  assert.deepEqual(explain(situation({ warnings })).warnings, warnings);
  assert.deepEqual(explain(situation({})).warnings, []);
});

test("of a run whose test images are unlike the validation images that comes first, and advice is withheld", () => {
  const sentence = "The validation images do not resemble the test images.";
  const result: RunResult = {
    ...{ runId: "r", model: "scans", version: 2, testAccuracy: 0.668, testAccuracyInterval: [0.62, 0.71] },
    ...{ byStage: [], resemblance: { verdict: "differs", sentence }, artifacts: {} },
  };
  const note = "both stages: why; more images would hardly help: four times as many";
  const { sentences } = explain(
    situation({
      status: "completed",
      closedAt: new Date("2026-11-25T08:00:02Z"),
      result,
      stages: [{ name: "recipe", state: "cached", note }],
    }),
  );
  assert.equal(sentences[0], sentence);
  assert.match(sentences[1] ?? "", /^The run completed in 2 s: scans@2, 66\.8 %/);
  assert.match(sentences.at(-1) ?? "", /why; what more images would buy is not said: .*resemble\.$/);
});

test("how deep a retraining trains, and why, is said of its run, whatever became of that", () => {
  const reason = "12 of 400 images (3.0 %) are new since version 3";
  const depth = { depth: "head", rule: "else", champion: 3, reason } as const;
  const said = `The retraining trains the head only, on the base as version 3 has it: ${reason}.`;
  assert.equal(explain(situation({}, { depth })).sentences.at(-1), said);
  for (const status of ["completed", "cancelled", "failed"] as const)
    assert.ok(explain(situation({ status }, { depth })).sentences.includes(said), status);
  assert.ok(!explain(situation({})).sentences.some((sentence) => /retraining/.test(sentence)));
});

test("what precision: auto came to is said of its run, whatever became of that", () => {
  const autoPrecision = { took: "float32", why: "nobody knows" } as const;
  const said = "Frozen layers in float32 (precision: auto: nobody knows).";
  for (const status of ["running", "completed", "failed"] as const)
    assert.equal(explain(situation({ status }, { autoPrecision })).sentences.at(-1), said);
  assert.ok(!explain(situation({})).sentences.some((sentence) => /precision/.test(sentence)));
});
