import assert from "node:assert/strict";
import { test } from "node:test";
import { withFoldsOf } from "../../../../client/models/folds.js";
import { FOLDS, SCANS } from "../../../support/models/modelVersions.js";

test("a model that was registered before its record had the folds takes them from its run's record", () => {
  assert.deepEqual(withFoldsOf({ folds: FOLDS }, SCANS), { ...SCANS, folds: FOLDS });
  assert.equal(withFoldsOf({}, SCANS), SCANS);
  assert.equal(withFoldsOf(undefined, SCANS), SCANS);
  const own = { ...FOLDS, accuracy: 0.9 };
  assert.equal(withFoldsOf({ folds: FOLDS }, { ...SCANS, folds: own }).folds, own);
});
