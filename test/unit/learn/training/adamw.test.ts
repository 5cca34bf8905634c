/** AdamW and gradient clipping against PyTorch. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { adamWState, adamWUpdate, clipGradients } from "../../../../learn/training/optimizer/adamw.js";
import { fixture, largestDifference } from "../support.js";

const { adamw, clipping } = fixture<{
  adamw: {
    groups: { length: number; learningRate: number; weightDecay: number }[];
    start: number[][];
    steps: { factor: number; gradients: number[][]; after: number[][] }[];
  };
  clipping: { limit: number; before: number[][]; norm: number; after: number[][] }[];
}>("training/optimizer.json");

test("twenty-five AdamW steps on two groups give PyTorch's parameters", () => {
  const values = Float32Array.from(adamw.start.flat());
  let offset = 0;
  const segments = adamw.groups.map((group) => {
    const segment = { ...group, offset };
    offset += group.length;
    return segment;
  });
  const state = adamWState(values.length);
  assert.equal(adamw.steps.length, 25);
  adamw.steps.forEach(({ factor, gradients, after }, step) => {
    adamWUpdate(
      values,
      segments,
      gradients.map((gradient) => Float32Array.from(gradient)),
      state,
      factor,
    );
    const difference = largestDifference(values, after.flat());
    assert.ok(difference < 1e-6, `step ${step + 1} differs by ${difference}`);
  });
  assert.equal(state.step, 25);
});

test("a gradient of the wrong length is an error", () => {
  const segments = [{ offset: 0, length: 2, learningRate: 1, weightDecay: 0 }];
  assert.throws(() => adamWUpdate(new Float32Array(2), segments, [new Float32Array(3)], adamWState(2), 1));
});

for (const { limit, before, norm, after } of clipping) {
  test(`clipping a norm of ${norm.toFixed(2)} to ${limit} gives PyTorch's gradients`, () => {
    const gradients = before.map((gradient) => Float32Array.from(gradient));
    assert.ok(Math.abs(clipGradients(gradients, limit) - norm) < 1e-5 * norm);
    gradients.forEach((gradient, i) => {
      // PyTorch divides by the norm plus 1e-6.
      assert.ok(largestDifference(gradient, after[i] ?? []) < 2e-6);
    });
  });
}

test("gradients that are not numbers are left alone and reported", () => {
  const gradients = [Float32Array.from([1, Number.NaN])];
  assert.ok(Number.isNaN(clipGradients(gradients, 1)));
  assert.equal(gradients[0]?.[0], 1);
});
