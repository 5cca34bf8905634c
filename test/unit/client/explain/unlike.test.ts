/** The explanation of a run whose test images are unlike its validation images. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { explain } from "../../../../client/explain/explain.js";
import type { RunResult } from "../../../../spec/pipeline/run.js";

const SENTENCE = "The validation images do not resemble the test images.";
const RESULT: RunResult = {
  runId: "r",
  model: "scans",
  version: 2,
  testAccuracy: 0.668,
  testAccuracyInterval: [0.62, 0.71],
  byStage: [],
  resemblance: { verdict: "differs", sentence: SENTENCE },
  artifacts: {},
};
const explained = (result: RunResult) =>
  explain({
    view: {
      runId: "r",
      model: "scans",
      status: "completed",
      startedAt: new Date("2026-11-25T08:00:00Z"),
      closedAt: new Date("2026-11-25T08:00:02Z"),
      stages: [
        {
          name: "recipe",
          state: "cached",
          note: "both stages: why; more images would hardly help: four times as many",
        },
      ],
      result,
    },
    tasks: [],
    waiting: [],
    causes: [],
    lastLines: [],
    embedded: true,
  }).sentences;

test("that validation and test differ is said before the figure, and more images are not advised", () => {
  const sentences = explained(RESULT);
  assert.equal(sentences[0], SENTENCE);
  assert.match(sentences[1] ?? "", /^The run completed in 2 s: scans@2, 66\.8 % on the held-out images\.$/);
  assert.ok(
    sentences.some((sentence) =>
      /^The recipe decided: both stages: why; what more images would buy is not said: .*resemble\.$/.test(
        sentence,
      ),
    ),
    sentences.join("\n"),
  );
});

test("where they are alike nothing is said of it", () => {
  const sentences = explained({ ...RESULT, resemblance: { verdict: "alike", sentence: "They are alike." } });
  assert.match(sentences[0] ?? "", /^The run completed/);
  assert.ok(sentences.some((sentence) => sentence.includes("more images would hardly help")));
});
