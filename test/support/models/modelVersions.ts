/** A registered model and what its folds said, for tests of what is told of them. */

import type { FoldsInBrief } from "../../../spec/records/folds.js";
import type { ModelVersion } from "../../../spec/records/model.js";

export const SCANS: ModelVersion = {
  name: "scans",
  version: 3,
  runId: "scans-20260101-000000-abcd",
  createdAt: "2026-01-01T00:00:00.000Z",
  classes: ["no", "yes"],
  base: "efficientnet-lite0",
  background: "white",
  keepShortSide: 320,
  testAccuracy: 0.88,
  weights: { kind: "tune", key: "c".repeat(64), digest: "d".repeat(64) },
  artifacts: {},
};

export const FOLDS: FoldsInBrief = {
  count: 5,
  images: 253,
  accuracy: 0.842,
  headAccuracy: 0.826,
  pValue: 0.42,
  accuracyInterval: [0.78, 0.89],
};
