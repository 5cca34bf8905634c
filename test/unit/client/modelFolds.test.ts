import assert from "node:assert/strict";
import { test } from "node:test";
import { withFoldsOf } from "../../../client/modelFolds.js";
import type { FoldsInBrief } from "../../../spec/folds.js";
import type { ModelVersion } from "../../../spec/run.js";

const OLD: ModelVersion = {
  name: "scans",
  version: 1,
  runId: "scans-1",
  createdAt: "2026-01-01T00:00:00.000Z",
  classes: ["no", "yes"],
  base: "efficientnet-lite0",
  background: "white",
  keepShortSide: 320,
  testAccuracy: 0.88,
  weights: { kind: "head", key: "", digest: "" },
  artifacts: {},
};
const folds: FoldsInBrief = {
  ...{ count: 5, images: 253, accuracy: 0.842, headAccuracy: 0.826, pValue: 0.42 },
  accuracyInterval: [0.78, 0.89],
};

test("a model that was registered before its record had the folds takes them from its run's record", () => {
  assert.deepEqual(withFoldsOf({ folds }, OLD), { ...OLD, folds });
  assert.equal(withFoldsOf({}, OLD), OLD);
  assert.equal(withFoldsOf(undefined, OLD), OLD);
  const own = { ...folds, accuracy: 0.9 };
  assert.equal(withFoldsOf({ folds }, { ...OLD, folds: own }).folds, own);
});
