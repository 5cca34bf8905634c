/** When a look compares new images, and who hears of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DRIFT_VERDICTS } from "../../../../spec/records/drift.js";
import { isAlarming, looksForDrift } from "../../../../spec/retraining/drift.js";

const LOOK = { added: 3, changed: 0, inUse: 1 };

test("images are compared where some are new, a version is in use, and nobody said otherwise", () => {
  assert.equal(looksForDrift(LOOK, { drift: true }), true);
  assert.equal(looksForDrift({ ...LOOK, added: 0, changed: 1 }, { drift: true }), true);
  assert.equal(looksForDrift({ ...LOOK, added: 0 }, { drift: true }), false);
  assert.equal(looksForDrift({ added: 3, changed: 0 }, { drift: true }), false);
  assert.equal(looksForDrift(LOOK, { drift: false }), false);
  assert.equal(looksForDrift(LOOK, {}), true, "a run file from before there was the key");
});

test("what differs is told to people; what cannot be said, and what was not compared, is not", () => {
  const alarming = DRIFT_VERDICTS.filter((verdict) => isAlarming({ version: 1, sentence: "", verdict }));
  assert.deepEqual(alarming, ["different", "may-hurt"]);
  assert.equal(isAlarming({ version: 1, sentence: "it could not be told" }), false);
});
