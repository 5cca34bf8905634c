import assert from "node:assert/strict";
import { test } from "node:test";
import { foldsInBrief } from "../../../activities/light/foldsInBrief.js";
import { withFolds } from "../report/sampleFolds.js";
import { sampleReport } from "../report/sampleReport.js";

test("records hold the figure over the folds, and nothing where there are none", () => {
  const data = sampleReport({ classes: ["no", "yes"], testImagesPerClass: 20 });
  const { folds } = foldsInBrief(withFolds(data).evaluation);
  assert.deepEqual([folds?.count, folds?.images, folds?.accuracy, folds?.headAccuracy], [5, 200, 0.895, 0.8]);
  const [low = 1, high = 0] = folds?.accuracyInterval ?? [];
  assert.ok(low < 0.895 && high > 0.895);
  assert.ok((folds?.pValue ?? 1) < 0.001);
  assert.deepEqual(foldsInBrief(data.evaluation), {});
});
