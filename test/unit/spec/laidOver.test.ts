/** Sections of one document over those of another, whatever their keys are called. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { patchTemplate } from "../../../k8s/job/podTemplate.js";
import { laidOver } from "../../../spec/runFile/laidOver.js";

test("sections are laid over sections, and values as a whole", () => {
  const merged = laidOver({ a: { x: 1, y: [1, 2] }, b: 1 }, { a: { y: [3] }, c: null });
  assert.deepEqual(merged, { a: { x: 1, y: [3] }, b: 1, c: null });
});

const HOSTILE = JSON.parse('{"__proto__":{"inherited":true},"constructor":{"x":1}}');

test("a key __proto__ stays a key that a schema sees, and nothing is inherited from it", () => {
  const merged = laidOver({ a: 1 }, HOSTILE);
  assert.deepEqual(Object.keys(merged), ["a", "__proto__", "constructor"]);
  assert.equal("inherited" in merged, false);
  assert.equal("inherited" in {}, false);
});

test("a pod template neither", () => {
  const merged = patchTemplate({ spec: { containers: [] } }, { spec: HOSTILE });
  assert.deepEqual(Object.keys(merged.spec ?? {}), ["containers", "__proto__", "constructor"]);
  assert.equal("inherited" in (merged.spec ?? {}), false);
});
