/** Early stopping on sequences of validation losses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { afterEpoch, noEpochYet } from "../../../../learn/training/earlyStopping.js";

const CASES = [
  { what: "always better", losses: [3, 2, 1], best: 3, waited: 0 },
  { what: "never better after the first", losses: [1, 2, 3, 4], best: 1, waited: 3 },
  { what: "better again after a while", losses: [3, 4, 5, 2, 6], best: 4, waited: 1 },
  { what: "equal is not better", losses: [2, 2, 2], best: 1, waited: 2 },
  { what: "not a number is not better", losses: [2, Number.NaN, 1.5, Number.NaN], best: 3, waited: 1 },
  { what: "not a number from the start", losses: [Number.NaN, Number.NaN], best: 0, waited: 2 },
  { what: "no epoch", losses: [], best: 0, waited: 0 },
];

for (const { what, losses, best, waited } of CASES) {
  test(what, () => {
    const state = losses.reduce((before, loss, i) => afterEpoch(before, i + 1, loss), noEpochYet);
    assert.equal(state.bestEpoch, best);
    assert.equal(state.waited, waited);
    assert.equal(state.bestLoss, best === 0 ? Number.POSITIVE_INFINITY : losses[best - 1]);
  });
}
