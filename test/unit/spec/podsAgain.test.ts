/** When a pod that did not come is asked for again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { askedAgainAfter } from "../../../spec/pods/again.js";

const minutes = (times: number, queue?: string): number =>
  askedAgainAfter(queue === undefined ? {} : { kubernetes: { timeouts: { queue } } }, times) / 60_000;

test("a pod that did not come is asked for again after some minutes, then ever more seldom, at least every hour", () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 60].map((times) => minutes(times)),
    [5, 10, 20, 40, 60, 60, 60],
  );
});

test("who waits less for a node asks sooner, who waits longer no later", () => {
  assert.deepEqual([minutes(1, "30s"), minutes(2, "30s")], [0.5, 1]);
  assert.equal(minutes(1, "6h"), 5);
});
