/** How fast the frozen base was, of the times of its batches. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { passSpeed } from "../../../../learn/network/passSpeed.js";
import { speedText } from "../../../../spec/records/features.js";

test("the first batch does not count, and one that was disturbed does not move the figure", () => {
  assert.deepEqual(passSpeed([9, 0.5, 0.5, 7, 0.5], 32, "here"), {
    viewsPerSecond: 64,
    batches: 4,
    machine: "here",
  });
  assert.equal(passSpeed([9, 0.25, 0.75], 32, "here")?.viewsPerSecond, 64);
});

test("of fewer than two batches, as where all features are known, nothing is said", () => {
  assert.equal(passSpeed([], 32, "here"), undefined);
  assert.equal(passSpeed([0.5], 32, "here"), undefined);
});

test("the machine is named by its processors", () => {
  assert.match(passSpeed([1, 1], 32)?.machine ?? "", /^\d+ processors?, \S/);
});

test("a speed is written in digits, however large", () => {
  const textOf = (viewsPerSecond: number) => speedText({ viewsPerSecond, batches: 3, machine: "here" });
  assert.deepEqual([0.347, 61.4, 96, 114, 12_345].map(textOf), ["0.35", "61", "96", "110", "12000"]);
});
