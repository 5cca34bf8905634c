/** AdamW and gradient clipping against PyTorch, and against the same in plain numbers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startMoments } from "../../../../learn/training/step/trainable.js";
import { hostVector } from "../../../support/learning/hostVector.js";
import { updatesOf } from "../../../support/learning/updates.js";
import { fixture, largestDifference } from "../support.js";

const { adamw, clipping } = fixture<{
  adamw: {
    groups: { length: number; learningRate: number; weightDecay: number }[];
    start: number[][];
    steps: { factor: number; gradients: number[][]; after: number[][] }[];
  };
  clipping: { limit: number; before: number[][]; norm: number; after: number[][] }[];
}>("training/optimizer.json");

const BETA1 = 0.9;
const UNLIMITED = 1e9;

test("twenty-five AdamW steps on two groups give PyTorch's parameters", (context) => {
  const updates = updatesOf(adamw.groups, adamw.start);
  context.after(() => updates.dispose());
  assert.equal(adamw.steps.length, 25);
  adamw.steps.forEach(({ factor, gradients, after }, step) => {
    updates.step(gradients, { updates: step, factor, beta1: BETA1, clipNorm: UNLIMITED });
    const difference = largestDifference(updates.read("weights"), after.flat());
    assert.ok(difference < 1e-6, `step ${step + 1} differs by ${difference}`);
  });
});

for (const { limit, before, norm, after } of clipping) {
  test(`clipping a norm of ${norm.toFixed(2)} to ${limit} gives PyTorch's gradients`, (context) => {
    const rates = before.map(() => ({ learningRate: 1, weightDecay: 0 }));
    const updates = updatesOf(rates, before);
    context.after(() => updates.dispose());
    const found = updates.step(before, { updates: 0, factor: 1, beta1: BETA1, clipNorm: limit });
    assert.ok(Math.abs(found - norm) < 1e-5 * norm);
    const gradients = updates.read("first").map((moment) => moment / (1 - Math.fround(BETA1)));
    // PyTorch divides by the norm plus 1e-6.
    assert.ok(largestDifference(gradients, after.flat()) < 2e-6);
  });
}

test("the norm of gradients that are not numbers is none", (context) => {
  const updates = updatesOf([{ learningRate: 1, weightDecay: 0 }], [[0, 0]]);
  context.after(() => updates.dispose());
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const norm = updates.step([[1, wrong]], { updates: 0, factor: 1, beta1: BETA1, clipNorm: 1 });
    assert.ok(!Number.isFinite(norm), `${norm}`);
  }
});

test("gradients of nothing change nothing but by decay", (context) => {
  const rates = [
    { learningRate: 0.5, weightDecay: 0 },
    { learningRate: 0.5, weightDecay: 0.25 },
  ];
  const updates = updatesOf(rates, [[1, -2], [4]]);
  context.after(() => updates.dispose());
  const norm = updates.step([[0, 0], [0]], { updates: 0, factor: 0.5, beta1: BETA1, clipNorm: 1 });
  assert.equal(norm, 0);
  assert.deepEqual([...updates.read("weights")], [1, -2, 4 * (1 - 0.5 * 0.5 * 0.25)]);
});

test("it is the update of plain numbers, with clipping and average", (context) => {
  const rates = { learningRate: 0.03, weightDecay: 0.1, anchor: Float32Array.of(0.5, 0, -1) };
  const start = [1, 2, 3];
  const updates = updatesOf([rates], [start]);
  context.after(() => updates.dispose());
  const plain = hostVector(start, rates);
  startMoments(plain);
  plain.write("average", Float32Array.from(start));
  for (let step = 0; step < 30; step++) {
    const gradient = start.map((_, i) => Math.sin(step * (i + 1)));
    const update = { updates: step, factor: 1 - step / 40, beta1: 0.85 + step / 300, clipNorm: 1 };
    const averageShare = 0.3;
    const norm = updates.step([gradient], update, averageShare);
    assert.ok(Math.abs(norm - plain.update([gradient], { ...update, averageShare })) < 1e-6);
    for (const which of ["weights", "first", "second", "average"] as const)
      assert.ok(largestDifference(updates.read(which), plain.read(which)) < 2e-6, `${which}, step ${step}`);
  }
});
