import assert from "node:assert/strict";
import { test } from "node:test";
import { graceSeconds } from "../../../k8s/job/grace.js";

const CASES = [
  { measured: undefined, grace: 30 },
  { measured: 0.2, grace: 30 },
  { measured: 20, grace: 75 },
  { measured: 900, grace: 600 },
];
for (const { measured, grace } of CASES) {
  test(`a checkpoint that takes ${measured ?? "nobody knows how many"} s gives a pod ${grace} s to leave`, () => {
    assert.equal(graceSeconds(measured), grace);
  });
}
