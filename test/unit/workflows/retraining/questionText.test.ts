/** What the Temporal UI shows of a question in a pod of its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PodState } from "../../../../spec/pods/pod.js";
import type { Answer, PodQuestion } from "../../../../spec/retraining/podQuestion.js";
import { runFileSchema } from "../../../../spec/runFile/runFile.js";
import type { ShownFailure } from "../../../../workflows/failure.js";
import { describeQuestion } from "../../../../workflows/retraining/questionText.js";
import { assertInert } from "../../../support/hostile/markdown.js";
import { assertClean, HOSTILE, mixed, poisoned } from "../../../support/hostile/texts.js";

const run = {
  ...{ runId: "digits-20261129-020000-abcd", dataPath: "s3://images", thawVersion: "0.1.0" },
  file: runFileSchema.parse({ name: "digits", data: { path: "images" } }),
};
const DRIFT: PodQuestion = { run, question: { kind: "drift", version: 3, source: "ab" } };
const NEWEST: PodQuestion = { run, question: { kind: "newest", champion: 3, challenger: 4 } };
const POD: PodState = { phase: "waiting", reason: "unschedulable", sentence: "0/3 nodes are available" };
const FAILURE: ShownFailure = { code: "POD_NOT_STARTED", message: "no node had room", hint: "wait" };

test("while it goes on, what the pod waits for is told in the cluster's words", () => {
  const text = describeQuestion(DRIFT, POD);
  assert.match(
    text,
    /^### ▶ Asks: digits\n\nTo hold the new images against those that version 3 was evaluated on\./,
  );
  assert.match(text, /unschedulable.*0\/3 nodes are available/);
  assert.match(text, /`thaw logs digits-20261129-020000-abcd`/);
});

test("each end is told apart: an answer, none, and a cancellation", () => {
  const ends: readonly (readonly [PodQuestion, Answer | ShownFailure | "cancelled", RegExp])[] = [
    [
      DRIFT,
      { version: 3, verdict: "same", sentence: "looks the same" },
      /^### ✓ Answered[\s\S]*looks the same/,
    ],
    [NEWEST, { images: 30, right: 28 }, /^### ✓ Answered[\s\S]*28 of 30 newest test images right/],
    [NEWEST, { images: 0 }, /^### ✓ Answered[\s\S]*No test image is new/],
    [DRIFT, FAILURE, /^### ✗ Without an answer[\s\S]*no node had room[\s\S]*What helps: wait/],
    [DRIFT, "cancelled", /^### ■ Cancelled/],
  ];
  for (const [asked, end, expected] of ends) {
    const text = describeQuestion(asked, POD, end);
    assert.match(text, expected);
    assert.doesNotMatch(text, /0\/3 nodes/, "the pod is gone");
  }
});

test("no name acts in the text", () => {
  for (const text of [...HOSTILE, ...mixed(5, 60)]) {
    const [pod, failure] = poisoned([POD, FAILURE] as const, [text], new Set(["phase", "reason", "code"]));
    for (const end of [undefined, failure, { version: 3, sentence: text }]) {
      const described = describeQuestion(DRIFT, pod, end);
      assertClean(described, "the details");
      assertInert(described);
    }
  }
});
