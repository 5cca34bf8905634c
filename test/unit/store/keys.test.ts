import assert from "node:assert/strict";
import { test } from "node:test";
import type { StagePlan } from "../../../spec/pipeline/stages.js";
import { canonicalJson, sha256, stageKey } from "../../../store/artifacts/keys.js";

const PLAN: StagePlan = {
  name: "head",
  kind: "head",
  codeVersion: 1,
  parameters: { epochs: 3, dropout: 0.2 },
  inputs: ["features"],
  usesEngine: true,
};
const key = (plan: Partial<StagePlan>, inputs = { features: "aa" }, engine = "cpu"): string =>
  stageKey({ ...PLAN, ...plan }, inputs, engine);

test("equal values give equal text whatever the order of their keys", () => {
  assert.equal(
    canonicalJson({ b: [1, { d: null, c: "x" }], a: true }),
    '{"a":true,"b":[1,{"c":"x","d":null}]}',
  );
  assert.equal(canonicalJson({ a: 1, b: undefined }), canonicalJson({ a: 1 }));
});

test("SHA-256 of the empty text is the published value", () => {
  assert.equal(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});

test("the key does not depend on the order of parameters or on the stage's name", () => {
  assert.equal(key({ parameters: { dropout: 0.2, epochs: 3 } }), key({}));
  assert.equal(key({ name: "another" }), key({}));
});

test("the engine for GPUs gives other numbers on processors; the one for processors is always there", () => {
  const inputs = { features: "aa" };
  assert.notEqual(key({ device: "cpu" }, inputs, "gpu 1"), key({}, inputs, "gpu 1"));
  assert.equal(key({ device: "cpu" }, inputs, "cpu 1"), key({}, inputs, "cpu 1"));
  const ingest = { usesEngine: false } as const;
  assert.equal(key({ ...ingest, device: "cpu" }, inputs, "gpu 1"), key(ingest, inputs, "gpu 1"));
});

const CHANGES: Record<string, string> = {
  "a parameter": key({ parameters: { epochs: 4, dropout: 0.2 } }),
  "the code's version": key({ codeVersion: 2 }),
  "the kind": key({ kind: "tune" }),
  "an input's content": key({}, { features: "bb" }),
  "the TensorFlow build": key({}, { features: "aa" }, "gpu"),
};
for (const [what, changed] of Object.entries(CHANGES)) {
  test(`the key changes with ${what}`, () => assert.notEqual(changed, key({})));
}

test("the TensorFlow build does not matter to a stage that does not compute with it", () => {
  const { usesEngine: _, ...plan } = PLAN;
  const light = { ...plan, usesEngine: false };
  assert.equal(stageKey(light, {}, "cpu"), stageKey(light, {}, "gpu"));
});
