/** The steps of a look that are told while it goes on: each once, and its own sentence not at all, which comes with its end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { newSteps } from "../../../../spec/retraining/retraining.js";

const STEPS = ["looked at 9 images", "trains: asked for", "digits@3 is champion now"];

/** As a client reads it: again and again, at whatever moments. @param states steps and end of each reading */
function told(...states: readonly (readonly [count: number, end?: number])[]): readonly string[] {
  const all: string[] = [];
  let seen = 0;
  for (const [index, [count, end]] of states.entries()) {
    const steps = [...STEPS, "schedule nightly is paused"].slice(0, count);
    const state = { steps, ...(end === undefined ? {} : { end }) };
    all.push(...newSteps(state, seen, index === states.length - 1));
    seen = count;
  }
  return all;
}

test("the tick's sentence is not told as a step, whether it was read before the look had ended or after", () => {
  assert.deepEqual(told([1], [2], [3, 2]), STEPS.slice(0, 2));
  assert.deepEqual(told([1], [3, 2], [3, 2]), STEPS.slice(0, 2), "read while the look was recorded");
  assert.deepEqual(told([3, 2]), STEPS.slice(0, 2));
});

test("what is said after it is told", () => {
  assert.deepEqual(told([2], [4, 2]), [...STEPS.slice(0, 2), "schedule nightly is paused"]);
  assert.deepEqual(told([3, 2], [4, 2]), [...STEPS.slice(0, 2), "schedule nightly is paused"]);
});

test("of a worker that does not say which it is, it is the last step once the look has ended", () => {
  assert.deepEqual(told([1], [3]), STEPS.slice(0, 2));
  assert.deepEqual(told([0], [0]), []);
});
