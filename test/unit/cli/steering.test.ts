/** What is shown of a run's steering. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runText } from "../../../cli/render/runs/run.js";
import { runsTable } from "../../../cli/render/runs/runs.js";
import type { SteerRecord } from "../../../spec/steering/steering.js";
import { commandText } from "../../../spec/steering/words.js";
import { RUNNING, STARTED } from "./runViews.js";
import { plainScreen } from "./screens.js";

const record: SteerRecord = {
  seq: 1,
  command: { kind: "set", learningRate: 0.5, patience: 5 },
  by: "anna@lab",
  at: "2026-11-24T10:16:00Z",
  stage: "head",
  state: "accepted",
};
const paused = { since: "2026-11-24T10:17:00Z", by: "bob@home" };
const at = "2026-11-24T10:16:02Z";

test("a command is told with what became of it", () => {
  const cases: readonly (readonly [SteerRecord, string])[] = [
    [record, "set learning_rate 0.5x, patience 5: accepted for head"],
    [
      { ...record, state: "applied", applied: { stage: "head", epoch: 3, step: 41, at } },
      "set learning_rate 0.5x, patience 5: applied at head, epoch 3, step 41",
    ],
    [
      { ...record, command: { kind: "finish" }, state: "missed" },
      "stop --keep-best: missed, head ended before",
    ],
    [
      { ...record, command: { kind: "pause" }, state: "applied", applied: { stage: "head", at } },
      "pause: applied at head",
    ],
    [{ ...record, command: { kind: "pause" }, state: "missed" }, "pause: missed, the run went on before"],
  ];
  for (const [given, text] of cases) assert.equal(commandText(given), text);
});

test("a paused run says since when, by whom, what it was told and how it goes on", () => {
  const view = {
    ...RUNNING,
    resumedFrom: "digits-20261123-101500-zz99",
    control: { paused, commands: [record] },
  };
  const text = runText(view, { url: undefined, warning: undefined }, STARTED, plainScreen(120));
  const lines = text.split("\n");
  assert.equal(lines[1], "goes on from digits-20261123-101500-zz99");
  assert.deepEqual(lines.slice(-3), [
    "anna@lab: set learning_rate 0.5x, patience 5: accepted for head",
    lines.at(-2),
    "  `thaw unpause digits-20261124-101500-ab12` lets it go on",
  ]);
  assert.match(lines.at(-2) ?? "", /^‖ paused since \d\d:17 by bob@home$/);
});

test("the list of runs shows a pause in place of the state", () => {
  const run = { runId: "a-1", model: "a", status: "running", startedAt: STARTED, paused } as const;
  assert.match(runsTable([run], STARTED, plainScreen(160)), /a-1 +a +paused since \d\d:17 by bob@home/);
});
