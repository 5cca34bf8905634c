/** Bases from before thaw knew what their batch norms add to the variance: said with what to do, and of no others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { basesJson } from "../../../../cli/json/bases.js";
import { basesTable } from "../../../../cli/render/models/bases.js";
import { concernsOf } from "../../../../client/bases/concerns.js";
import { outdatedSentence } from "../../../../client/bases/outdated.js";
import { describeBase } from "../../../../client/bases/registry.js";
import { KNOWN_BASES } from "../../../../learn/bases/known/known.js";
import type { BaseSpec, RegisteredBase } from "../../../../spec/base.js";
import { basesSchema } from "../../../../spec/schemas/cli/models.js";
import { plainScreen } from "../../cli/screens.js";

const detector = KNOWN_BASES.find(({ name }) => name === "torchvision/fasterrcnn-resnet50-fpn");
assert.ok(detector?.sha256);
const digest = detector.sha256.padEnd(64, "0");
const old: RegisteredBase = {
  name: "coco",
  version: 1,
  createdAt: "2026-11-20T10:00:00.000Z",
  architecture: "resnet50",
  checkpoint: { digest, size: 1 },
  source: "somewhere",
  licence: "MIT",
  pretrainedOn: "COCO",
};
const SAID =
  /coco@1 adds 1e-5 .*torchvision\/fasterrcnn-resnet50-fpn adds 0.*`thaw bases add torchvision\/fasterrcnn-resnet50-fpn`/;

test("a detector without its epsilon is told by its name in the catalogue, or by its file", () => {
  assert.match(outdatedSentence("coco@1", old) ?? "", SAID);
  const other = { digest: "f".repeat(64), size: 1 };
  assert.match(outdatedSentence("coco@1", { known: detector.name, checkpoint: other }) ?? "", SAID);
});

test("one that says what is added, even if it is the usual number, and every other base is left in peace", () => {
  for (const normEpsilon of [0, 1e-5])
    assert.equal(outdatedSentence("coco@2", { ...old, normEpsilon }), undefined);
  assert.equal(outdatedSentence("own@1", { checkpoint: { digest: "f".repeat(64), size: 1 } }), undefined);
  for (const { name, sha256, normEpsilon } of KNOWN_BASES) {
    if (normEpsilon !== undefined || sha256 === undefined) continue;
    const checkpoint = { digest: sha256.padEnd(64, "0"), size: 1 };
    assert.equal(outdatedSentence("own@1", { known: name, checkpoint }), undefined, name);
  }
});

test("`thaw bases` says it below the table and in its document", () => {
  const document = basesJson([], [describeBase(old)], []);
  assert.match(document.bases[0]?.outdated ?? "", SAID);
  assert.doesNotThrow(() => basesSchema.parse(document));
  const text = basesTable(document, plainScreen(200)).replaceAll(/\s+/g, " ");
  assert.match(text, SAID);
  const right = basesJson([], [describeBase({ ...old, normEpsilon: 0 })], []);
  assert.equal(right.bases[0]?.outdated, undefined);
});

test("runs and plans say it beside the licence; of a model's own base nothing can be mended", () => {
  const { checkpoint, architecture } = old;
  const origin = { source: "somewhere", licence: "CC-BY-NC-4.0", pretrainedOn: "COCO" };
  const spec: BaseSpec = {
    name: "coco@1",
    architecture,
    checkpoint,
    layers: [],
    lineage: [],
    digest,
    origin,
  };
  const [licence, outdated, ...more] = concernsOf(spec);
  assert.match(licence ?? "", /commercially/);
  assert.match(outdated ?? "", SAID);
  assert.deepEqual(more, []);
  assert.equal(concernsOf({ ...spec, lineage: ["digits@1"] }).length, 1);
});
