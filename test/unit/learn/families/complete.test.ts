/** Of every architecture a training step is recorded. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { WITHOUT_WEIGHTS } from "../../../../learn/bases/architectures.js";
import { CATALOGUE } from "../../../../learn/bases/catalogue.js";
import { recordedSteps } from "./support.js";

const FILES = ["branched", "convnext", "inverted", "keras", "mobilenetV4", "regnet", "residual"];

test("every architecture's training step is compared with its publishers', once", () => {
  const all = [...CATALOGUE, ...WITHOUT_WEIGHTS];
  assert.deepEqual(FILES.flatMap(recordedSteps).sort(), all.map(({ name }) => name).sort());
});
