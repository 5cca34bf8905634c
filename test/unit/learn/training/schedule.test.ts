/** Learning rate schedules. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cosineWithWarmup, groupRate } from "../../../../learn/training/optimizer/schedule.js";
import { assertClose, fixture } from "../support.js";

const { schedule } = fixture<{ schedule: { total: number; warmup: number; factors: number[] }[] }>(
  "training/optimizer.json",
);

for (const { total, warmup, factors } of schedule) {
  test(`${total} steps with a warm-up of ${warmup} follow the formula`, () => {
    const actual = factors.map((_, step) => cosineWithWarmup(step, total, warmup));
    assert.equal(actual.length, total);
    assertClose(actual, factors, 1e-12, "factors");
    assert.ok(actual.every((factor) => factor > 0 && factor <= 1));
  });
}

test("the rate is nought only after the last step", () => {
  assert.ok(cosineWithWarmup(40, 40, 0.1) < 1e-12);
});

test("each layer group further down learns slower by the same factor", () => {
  assert.deepEqual(
    [0, 1, 2, 3].map((depth) => groupRate(0.001, 2, depth)),
    [0.001, 0.0005, 0.00025, 0.000125],
  );
});
