import assert from "node:assert/strict";
import { test } from "node:test";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import { describeRun } from "../../../workflows/details.js";

const run = {
  runId: "m-1",
  file: runFileSchema.parse({ name: "m", data: { path: "images" } }),
  dataPath: "/images",
  thawVersion: "0.1.0",
};

test("the Temporal UI is given an aligned block, the outcome and the next commands", () => {
  const text = describeRun(
    run,
    {
      runId: "m-1",
      model: "m",
      stages: [
        { name: "ingest", state: "cached", seconds: 0.04, note: "240 images, 10 classes" },
        { name: "tune-1", state: "rolled-back", seconds: 12.31, note: "rolled back: no better" },
        { name: "evaluate", state: "waiting" },
      ],
    },
    undefined,
  );
  assert.equal(
    text,
    [
      "### m on efficientnet-lite0",
      "",
      "```text",
      "= ingest     cached          0.0 s  240 images, 10 classes",
      "↩ tune-1     rolled-back    12.3 s  rolled back: no better",
      "· evaluate   waiting",
      "```",
      "",
      "`thaw watch m-1` follows this run, `thaw report m-1` fetches its report.",
    ].join("\n"),
  );
});

test("a paused run says so, and how it goes on", () => {
  const text = describeRun(
    run,
    {
      runId: "m-1",
      model: "m",
      stages: [{ name: "head", state: "paused", note: "since 2026-11-25T02:00:00.000Z by anna@lab" }],
      control: { paused: { since: "2026-11-25T02:00:00.000Z", by: "anna@lab" }, commands: [] },
    },
    undefined,
  );
  assert.match(text, /\*\*Paused\*\* since 2026-11-25T02:00:00.000Z by anna@lab: `thaw unpause m-1`/);
  assert.match(text, /‖ head +paused +since 2026/);
});

test("a run with a pod of its own says what the pod does", () => {
  const pod = {
    phase: "waiting",
    reason: "quota",
    sentence: "exceeded quota: gpus, requested: requests.nvidia.com/gpu=1",
  } as const;
  const text = describeRun(run, { runId: "m-1", model: "m", stages: [], pod }, undefined);
  assert.match(
    text,
    /\nThe run's pod \(quota\): exceeded quota: gpus, requested: requests\.nvidia\.com\/gpu=1\.\n/,
  );
});
