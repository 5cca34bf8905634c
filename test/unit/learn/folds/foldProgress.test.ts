/** What is told of a fold while it is trained. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { foldProgress } from "../../../../learn/folds/foldProgress.js";

const progress = { phase: "epoch 2/12", step: 10, total: 60, etaSeconds: 50, loss: 0.4 };

test("the time to go is the fold's: stages to come are taken to be as long as the one that runs", () => {
  const first = foldProgress(progress, "tune-1", { part: 1, parts: 3, seconds: 10 });
  assert.deepEqual(first, { ...progress, phase: "tune-1, epoch 2/12", etaSeconds: 50 + 60 });
  const last = foldProgress(progress, "tune-2", { part: 2, parts: 3, seconds: 10 });
  assert.equal(last.etaSeconds, 50);
});

test("the head's end is not taken for the fold's", () => {
  assert.equal(foldProgress(progress, "head", { part: 0, parts: 3, seconds: 1 }).etaSeconds, undefined);
  assert.equal(foldProgress(progress, "head", { part: 0, parts: 1, seconds: 1 }).etaSeconds, 50);
});
