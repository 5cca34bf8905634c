/** The axis of losses leaves room below the words above the frame. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LOSS } from "../../../report/plots/curvePoints.js";
import { yAxis } from "../../../report/plots/valueAxis.js";

const domainOf = (...values: readonly number[]): number[] =>
  [
    ...(yAxis(
      LOSS,
      values.map((y, x) => ({ x, y, stage: "scratch" })),
    ).scale.domain ?? []),
  ] as number[];

test("the highest loss lies below the end of a linear axis", () => {
  const [low = 1, high = 0] = domainOf(2.6, 1.2);
  assert.equal(low, 0);
  assert.ok(high >= 1.04 * 2.6, String(high));
});

test("the highest loss lies below the end of a logarithmic axis", () => {
  // 5 would be a tick to end with, were it not the highest loss itself.
  assert.deepEqual(domainOf(5, 0.05), [0.05, 10]);
  assert.deepEqual(domainOf(3.9, 0.05), [0.05, 5]);
});

test("losses of nought have an axis", () => assert.deepEqual(domainOf(0, 0), [0, 1]));
