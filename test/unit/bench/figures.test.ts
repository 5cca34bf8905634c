/** The arithmetic that the measuring programs' figures rest on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Result, standings } from "../../../bench/rivals/results.js";
import { mean, median, slope } from "../../../bench/support.js";

const result = (who: string, seed: number, accuracy: number, seconds = 10): Result => ({
  who,
  set: "digits",
  seed,
  accuracy,
  seconds,
});

test("rivals are compared on the seeds that everyone has finished, the later figure of a seed counting", () => {
  const found = standings(
    [
      result("thaw", 1, 0.5),
      result("thaw", 2, 0.9, 20),
      result("thaw", 3, 0.1),
      result("keras", 2, 0.7, 40),
      result("keras", 1, 0.8, 60),
      result("thaw", 1, 0.6, 30),
      { ...result("keras", 3, 0.2), set: "another set" },
    ],
    "digits",
  );
  assert.deepEqual(found?.seeds, [1, 2]);
  const [ours, keras] = found.rows;
  assert.deepEqual(ours?.accuracies, [0.6, 0.9]);
  assert.deepEqual(keras?.accuracies, [0.8, 0.7]);
  assert.ok(Math.abs((ours?.mean ?? 0) - 0.75) < 1e-12);
  assert.equal(ours?.medianSeconds, 25);
  assert.equal(keras?.medianSeconds, 50);
  assert.ok(Math.abs(keras?.ahead.mean ?? 1) < 1e-12, "0.2 behind and 0.2 ahead");
  // Two seeds prove nothing: the interval is cut to what a difference can be.
  assert.deepEqual(keras?.ahead.interval, [-1, 1]);
});

test("there is no comparison without a seed of one's own", () => {
  assert.equal(standings([result("keras", 1, 0.7)], "digits"), undefined);
  assert.equal(standings([result("keras", 1, 0.7), result("thaw", 2, 0.7)], "digits"), undefined);
});

test("the slope is that of the least-squares line", () => {
  assert.equal(slope([3, 5, 7, 9]), 2);
  // numpy.polyfit(range(5), [1, 0, 4, 2, 8], 1)[0]
  assert.ok(Math.abs(slope([1, 0, 4, 2, 8]) - 1.6) < 1e-12);
});

test("mean and median", () => {
  assert.equal(mean([1, 2, 6]), 3);
  assert.equal(median([9, 1, 2]), 2);
  assert.equal(median([9, 1, 2, 4]), 3);
});
