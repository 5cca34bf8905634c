import assert from "node:assert/strict";
import { it } from "node:test";
import { modelCard } from "../../../export/card.js";
import { findBase } from "../../../learn/bases/catalogue.js";
import { FOLDS, SCANS } from "../../support/models/modelVersions.js";

const { architecture, input } = findBase("efficientnet-lite0");

it("labels.json has the accuracy over the folds beside that of the hold-out, where the model has both", () => {
  const model = { architecture, input, parameters: new Map(), classes: SCANS.classes };
  const card = modelCard(model, { ...SCANS, folds: FOLDS });
  assert.equal(card.testAccuracy, 0.88);
  assert.deepEqual(card.folds, FOLDS);
  assert.equal("folds" in modelCard(model, SCANS), false);
});
