/** What a version came of, as far as it decides how deep its successor is trained. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lastDeeper, layersBelow } from "../../../../activities/retraining/depthFacts.js";
import type { ArtifactRef } from "../../../../spec/artifact.js";
import type { BaseSpec } from "../../../../spec/base.js";
import type { ModelVersion } from "../../../../spec/records/model.js";
import type { DepthDecision } from "../../../../spec/retraining/depthDecision.js";
import { runFileSchema } from "../../../../spec/runFile/runFile.js";

const file = (more: object) => runFileSchema.parse({ name: "digits", data: { path: "images" }, ...more });
const layer = (digest: string): ArtifactRef => ({ kind: "tune", key: digest, digest });
const spec = (name: string, layers: readonly string[], more: Partial<BaseSpec> = {}): BaseSpec => ({
  ...{ name, architecture: "efficientnet-lite0", digest: name, layers: layers.map(layer), lineage: [] },
  origin: { source: "s", licence: "l", pretrainedOn: "p" },
  ...more,
});
const champion = (...layers: readonly string[]) => ({
  name: "model:digits@4",
  spec: spec("model:digits@4", layers),
});

test("a version came of the run file's base where that is at its bottom, whatever was tuned above", () => {
  const run = { file: file({ base: "efficientnet-lite0" }) };
  assert.equal(layersBelow(run, champion("a", "b")), 0);
  assert.equal(layersBelow(run, { name: "efficientnet-lite0" }), 0, "nothing was tuned");
  assert.equal(layersBelow({ file: file({ base: "efficientnet-lite1" }) }, champion("a")), undefined);
});

test("of the same architecture, another checkpoint, input or scale of pixels is another base", () => {
  const checkpoint = { digest: "c", size: 1 };
  const own = { name: "own@1", spec: spec("own@1", [], { checkpoint, inputSize: 96 }) };
  const run = (more: Partial<BaseSpec>) => ({ file: file({ base: "own" }), base: spec("own@2", [], more) });
  assert.equal(layersBelow(run({ checkpoint, inputSize: 96 }), own), 0);
  assert.equal(layersBelow(run({ checkpoint, inputSize: 64 }), own), undefined);
  assert.equal(layersBelow(run({ checkpoint: { digest: "d", size: 1 }, inputSize: 96 }), own), undefined);
  assert.equal(
    layersBelow(run({ checkpoint, inputSize: 96, pixelScale: { mean: 0, deviation: 255 } }), own),
    undefined,
  );
  assert.equal(layersBelow({ file: file({ base: "efficientnet-lite0" }) }, own), undefined);
});

test("another model as the base is one where its layers are the lowest; an earlier version of the model itself always is", () => {
  const on = (name: string, ...layers: readonly string[]) => ({
    file: file({ base: name }),
    base: spec(name, layers),
  });
  assert.equal(layersBelow(on("model:signs@2", "a"), champion("a", "b")), 1);
  assert.equal(layersBelow(on("model:signs@2", "x"), champion("a", "b")), undefined);
  assert.equal(layersBelow(on("model:signs@2", "a", "b", "c"), champion("a", "b")), undefined);
  assert.equal(
    layersBelow(on("model:digits@1", "x"), champion("a", "b")),
    0,
    "as it was when it was applied",
  );
});

test("of several bases the one that explains most of the version counts", () => {
  const candidates = { "model:signs@2": spec("model:signs@2", ["a"]) };
  const both = { file: file({ bases: ["efficientnet-lite0", "model:signs@2"] }), candidates };
  assert.equal(layersBelow(both, champion("a", "b")), 1);
  assert.equal(layersBelow(both, champion("x")), 0);
  const others = { file: file({ bases: ["efficientnet-lite1", "efficientnet-lite2"] }) };
  assert.equal(layersBelow(others, champion("a")), undefined);
});

function version(number: number, depth?: DepthDecision["depth"], from?: number): ModelVersion {
  const decision = depth && {
    ...{ depth, rule: "r", reason: "because" },
    ...(from === undefined ? {} : { champion: from }),
  };
  return { version: number, ...(decision === undefined ? {} : { depth: decision }) } as ModelVersion;
}

test("the last version that was trained deeper is found by whom each came of, not by number", () => {
  const versions = [
    version(1),
    version(2, "head", 1),
    version(3, "full"),
    version(4, "head", 2),
    version(5, "from-champion", 4),
    version(6, "head", 5),
  ];
  const of = (number: number): number => lastDeeper(versions[number - 1] ?? assert.fail(), versions).version;
  assert.deepEqual([1, 2, 3, 4, 5, 6].map(of), [1, 1, 3, 1, 5, 5]);
});

test("where a record is gone the oldest that is known stands for it, and records that refer to each other end", () => {
  const head = version(4, "head", 2);
  assert.equal(lastDeeper(head, [head]).version, 4);
  const circle = [version(1, "head", 2), version(2, "head", 1)];
  assert.equal(lastDeeper(circle[0] ?? assert.fail(), circle).version, 2);
});
