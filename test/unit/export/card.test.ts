import assert from "node:assert/strict";
import { it } from "node:test";
import { modelCard } from "../../../export/card.js";
import { findBase } from "../../../learn/bases/catalogue.js";
import type { ModelVersion } from "../../../spec/run.js";

const { architecture, input } = findBase("efficientnet-lite0");
const NO_ARTIFACT = { kind: "tune", key: "", digest: "" };
const VERSION: ModelVersion = {
  name: "scans",
  version: 3,
  runId: "scans-20260101-000000-abcd",
  createdAt: "2026-01-01T00:00:00.000Z",
  classes: ["no", "yes"],
  base: "efficientnet-lite0",
  background: "white",
  keepShortSide: 320,
  testAccuracy: 0.88,
  weights: NO_ARTIFACT,
  artifacts: {},
};

it("labels.json has the accuracy over the folds beside that of the hold-out, where the model has both", () => {
  const model = { architecture, input, parameters: new Map(), classes: VERSION.classes };
  const folds = {
    ...{ count: 5, images: 253, accuracy: 0.842, headAccuracy: 0.826, pValue: 0.42 },
    accuracyInterval: [0.78, 0.89] as const,
  };
  const card = modelCard(model, { ...VERSION, folds });
  assert.equal(card.testAccuracy, 0.88);
  assert.deepEqual(card.folds, folds);
  assert.equal("folds" in modelCard(model, VERSION), false);
});
