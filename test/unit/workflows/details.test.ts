import assert from "node:assert/strict";
import { test } from "node:test";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import { describeRun } from "../../../workflows/details.js";
import { COLUMNS, stageTable } from "../../../workflows/stageTable.js";

const run = {
  runId: "m-1",
  file: runFileSchema.parse({ name: "m", data: { path: "images" } }),
  dataPath: "/images",
  thawVersion: "0.1.0",
};

test("the Temporal UI is given an aligned block, the outcome and the next commands", () => {
  const text = describeRun(run, {
    runId: "m-1",
    model: "m",
    stages: [
      { name: "ingest", state: "cached", seconds: 0.04, note: "240 images, 10 classes" },
      { name: "tune-1", state: "rolled-back", seconds: 12.31, note: "rolled back: no better" },
      { name: "evaluate", state: "waiting" },
    ],
  });
  assert.equal(
    text,
    [
      "### m on efficientnet-lite0",
      "",
      "```text",
      "= ingest    cached       0.0 s  240 images, 10 classes",
      "↩ tune-1    rolled-back 12.3 s  rolled back: no better",
      "· evaluate  waiting",
      "```",
      "",
      "`thaw watch m-1` follows this run, `thaw explain m-1` says what it does.",
    ].join("\n"),
  );
});

test("a paused run says so, and how it goes on", () => {
  const text = describeRun(run, {
    runId: "m-1",
    model: "m",
    stages: [{ name: "head", state: "paused", note: "since 2026-11-25T02:00:00.000Z by anna@lab" }],
    control: { paused: { since: "2026-11-25T02:00:00.000Z", by: "anna@lab" }, commands: [] },
  });
  assert.match(text, /^### ‖ Paused: m on /);
  assert.match(text, /\*\*Paused\*\* since 2026-11-25T02:00:00.000Z by anna@lab: `thaw unpause m-1`/);
  assert.match(text, /‖ head {2}paused\n {4}since 2026/);
});

test("a run with a pod of its own says what the pod does", () => {
  const pod = {
    phase: "waiting",
    reason: "quota",
    sentence: "exceeded quota: gpus, requested: requests.nvidia.com/gpu=1",
  } as const;
  const text = describeRun(run, { runId: "m-1", model: "m", stages: [], pod });
  assert.match(
    text,
    /\nThe run's pod \(quota\): exceeded quota: gpus, requested: requests\.nvidia\.com\/gpu=1\.\n/,
  );
});

test("a failed run has code, sentence and hint, says what to run next, and promises no report", () => {
  const text = describeRun(
    run,
    {
      runId: "m-1",
      model: "m",
      stages: [
        { name: "ingest", state: "failed", seconds: 1, note: "class cat has no readable image" },
        { name: "head", state: "not-run" },
      ],
    },
    {
      ended: {
        code: "DATA_INVALID",
        message: "class cat has no readable image",
        hint: "remove the folder, or add images",
      },
    },
  );
  assert.match(text, /^### ✗ Failed: m on efficientnet-lite0\n\n/);
  assert.match(
    text,
    /\*\*DATA_INVALID\*\*: class cat has no readable image\n\nWhat helps: remove the folder, or add images\n/,
  );
  assert.match(text, /`thaw explain m-1` says why and what to do, `thaw logs m-1 --stage ingest`/);
  assert.doesNotMatch(text, /thaw report|thaw watch/);
});

test("what voids the figure stands above the stages, what is to be checked below them, and mere notes nowhere", () => {
  const warnings = [
    { code: "shortcut", about: "image size", grade: "check", sentence: "Sizes tell.", advice: "look" },
    { code: "misnamed-files", grade: "note", sentence: "Some names are wrong.", advice: "nothing" },
  ] as const;
  const leak = { code: "leaks", grade: "voids", sentence: "Half of it is known.", advice: "repair" } as const;
  const text = describeRun(run, {
    runId: "m-1",
    model: "m",
    stages: [
      { name: "ingest", state: "done", warnings },
      { name: "evaluate", state: "done", warnings: [leak] },
    ],
  });
  assert.match(
    text,
    /\n\n\*\*The figure may be void\*\*: Half of it is known\. → repair\n\n```text[\s\S]*```\n\n\*\*To be checked\*\*: Sizes tell\. → look\n/,
  );
  assert.doesNotMatch(text, /names are wrong/);
});

test("the stage at work has its epoch, loss and time to go below it; a loss that is no number is left out", () => {
  const at = Date.UTC(2026, 10, 29, 14, 3, 9);
  const progress = { phase: "epoch 3/8", step: 12, total: 40, loss: 0.3121, etaSeconds: 131 };
  const state = { runId: "m-1", model: "m", stages: [{ name: "tune-1", state: "running" }] } as const;
  const text = describeRun(run, state, {}, [{ stage: "tune-1", progress, at }]);
  assert.match(
    text,
    /▶ tune-1 {2}running\n {4}epoch 3\/8, 12 of 40, loss 0\.312, about 2 min to go\n {4}\(told at 14:03 UTC\)\n/,
  );
  const lost = { ...progress, loss: null as unknown as number };
  assert.match(
    describeRun(run, state, {}, [{ stage: "tune-1", progress: lost, at }]),
    /12 of 40, about 2 min/,
  );
  assert.doesNotMatch(describeRun(run, state, {}, [{ stage: "head", progress, at }]), /epoch/);
  const outage = { since: "2026-11-29T13:58:00.000Z", tries: 7, why: "it does not answer" };
  assert.match(
    describeRun(run, state, {}, [{ stage: "tune-1", progress: { ...progress, outage }, at }]),
    /epoch 3\/8, store unreachable since 13:58 UTC, tried\s+7\s+times, 12 of 40/,
  );
});

test("a note that does not fit beside its stage is wrapped below it: the UI cuts what is longer", () => {
  const note = "kept: validation 51.6 % → 58.1 % (9 better, 2 worse), calibrated loss 1.21 → 1.02";
  const lines = stageTable([
    { name: "tune-1", state: "done", seconds: 62.14, note },
    { name: "evaluate", state: "waiting" },
  ]);
  assert.deepEqual(lines, [
    "✓ tune-1    done    62.1 s",
    "    kept: validation 51.6 % → 58.1 % (9 better, 2",
    "    worse), calibrated loss 1.21 → 1.02",
    "· evaluate  waiting",
  ]);
  assert.ok(lines.every(({ length }) => length <= COLUMNS));
});

test("a note is given three lines", () => {
  const note = "word ".repeat(60).trim();
  const [, ...lines] = stageTable([{ name: "recipe", state: "done", seconds: 1, note }]);
  assert.equal(lines.length, 3);
  assert.match(lines.at(-1) ?? "", / …$/);
  assert.ok(lines.every(({ length }) => length <= COLUMNS));
});

test("of shards one line says how many are done and how long the others will take, whatever else is told of the stage", () => {
  const textOf = (shards: { done: number; total: number; etaSeconds?: number }): string =>
    describeRun(
      run,
      { runId: "m-1", model: "m", stages: [{ name: "features", state: "running", shards }] },
      {},
      [{ stage: "features", progress: { phase: "frozen layers", step: 3, total: 8 }, at: 0 }],
    );
  assert.match(textOf({ done: 0, total: 50 }), /▶ features {2}running\n {4}0 of 50 shards\n```/);
  assert.match(textOf({ done: 12, total: 50, etaSeconds: 480 }), /12 of 50 shards, about 8 min to go\n/);
  // A number that was none comes back as null.
  assert.match(textOf({ done: 1, total: 2, etaSeconds: null as unknown as number }), /1 of 2 shards\n/);
});
