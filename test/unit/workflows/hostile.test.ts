/** What strangers named, in the Markdown that the Temporal UI shows of a run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunInput, RunState } from "../../../spec/pipeline/run.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import { describeRun, type RunEnd } from "../../../workflows/details.js";
import { assertInert } from "../../support/hostile/markdown.js";
import { assertClean, HOSTILE, mixed, poisoned } from "../../support/hostile/texts.js";

const TEXTS = [...HOSTILE, ...mixed(3, 120)];
const KEPT = new Set(["state", "grade", "code", "phase", "reason"]);
const MOST_CHARACTERS = 30_000;

const file = runFileSchema.parse({ name: "m", data: { path: "images" } });
const RUN: RunInput = { runId: "m-1", file, dataPath: "/images", thawVersion: "0.1.0" };
const WARNING = { grade: "check", code: "leaks", sentence: "of cat", advice: "look" } as const;
const STATE = {
  runId: "m-1",
  model: "m",
  stages: [
    { name: "ingest", state: "done", seconds: 1, note: "2 classes", warnings: [WARNING] },
    { name: "head", state: "running", note: "a note" },
    { name: "tune-1", state: "failed", note: "why" },
  ],
  control: { paused: { since: "now", by: "anna@lab" }, commands: [] },
  pod: { phase: "waiting", reason: "quota", sentence: "no GPU" },
} as unknown as RunState;
const RESULT = {
  runId: "m-1",
  model: "m",
  version: 1,
  testAccuracy: 0.9,
  testAccuracyInterval: [0.8, 1],
  byStage: [],
  artifacts: {},
};
const NEWS = { stage: "head", progress: { phase: "epoch 1", step: 1, total: 2 }, at: 0 };
const ENDS = [
  {},
  { ended: { code: "DATA_INVALID", message: "of cat", hint: "`thaw explain m-1`, or look at cat" } },
  { result: RESULT },
] as unknown as readonly RunEnd[];

test("no name acts in the text of a run, nor ends its block of code, nor makes it long", () => {
  for (let turn = 0; turn < TEXTS.length; turn += 3) {
    const names = [...TEXTS.slice(turn), ...TEXTS.slice(0, turn)];
    for (const end of ENDS) {
      const bad = poisoned(
        { run: { ...RUN, file: { ...file, name: "n", base: "b" } }, state: STATE, end },
        names,
        KEPT,
      );
      const text = describeRun(bad.run, bad.state, bad.end, [NEWS]);
      assertClean(text, "the details");
      assert.ok(text.length < MOST_CHARACTERS, `${text.length} characters`);
      const lines = text.split("\n");
      const opens = lines.findIndex((line) => /^`{3,}text$/.test(line));
      const fence = lines[opens]?.replace("text", "") ?? "";
      const closes = lines.findIndex(
        (line, index) => index > opens && /^ {0,3}`{3,} *$/.test(line) && line.trim().length >= fence.length,
      );
      assert.equal(lines[closes], fence);
      const begun = lines.slice(opens + 1, closes).filter((line) => !line.startsWith("    "));
      assert.equal(begun.length, 3, "a line for each stage, and what goes on is indented");
      assertInert([...lines.slice(0, opens), ...lines.slice(closes + 1)].join("\n"));
    }
  }
});

test("code in sentences of ours stays code", () => {
  const [, failed] = ENDS;
  const text = describeRun(RUN, STATE, failed);
  assert.match(text, /What helps: `thaw explain m-1`, or look at cat\n/);
});
