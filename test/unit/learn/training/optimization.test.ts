/** One cycle, decay towards starting weights and the average of weights, against PyTorch and NumPy. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { adamWState, adamWUpdate } from "../../../../learn/training/optimizer/adamw.js";
import { scheduledStep } from "../../../../learn/training/optimizer/schedule.js";
import { startAverage, updateAverage } from "../../../../learn/training/optimizer/weightAverage.js";
import { assertClose, fixture, largestDifference } from "../support.js";

interface Steps {
  readonly rate: number;
  readonly start: number[];
  readonly gradients: number[][];
  readonly after: number[][];
}

const { oneCycle, adamwUnderOneCycle, l2sp, average } = fixture<{
  oneCycle: { total: number; warmup: number; factors: number[]; momenta: number[] }[];
  adamwUnderOneCycle: Steps & { weightDecay: number; warmup: number };
  l2sp: Steps & { strength: number; anchor: number[] };
  average: { decay: number; start: number[]; weights: number[][]; after: number[][] };
}>("training/optimization.json");

for (const { total, warmup, factors, momenta } of oneCycle) {
  test(`one cycle of ${total} steps, ${warmup} of them up, has PyTorch's rates and momenta`, () => {
    const steps = factors.map((_, step) => scheduledStep("one-cycle", step, total, warmup));
    assert.equal(steps.length, total);
    assertClose(
      steps.map(({ factor }) => factor),
      factors,
      1e-9,
      "factors",
    );
    assertClose(
      steps.map(({ beta1 }) => beta1),
      momenta,
      1e-9,
      "momenta",
    );
  });
}

test("a cycle without room for a warm-up starts at its peak", () => {
  for (const [total, warmup] of [
    [1, 0.5],
    [4, 0],
    [3, 0.1],
  ] as const) {
    assert.equal(scheduledStep("one-cycle", 0, total, warmup).factor, 1);
    const last = scheduledStep("one-cycle", total - 1, total, warmup).factor;
    assert.ok(total === 1 || last < 1e-5, `${last}`);
  }
});

test("a constant rate stays at its peak after the warm-up", () => {
  const factors = Array.from({ length: 10 }, (_, step) => scheduledStep("constant", step, 10, 0.3).factor);
  assertClose(factors, [1 / 3, 2 / 3, 1, 1, 1, 1, 1, 1, 1, 1], 1e-12, "factors");
});

function assertSteps(
  { gradients, after, start }: Steps,
  segment: object,
  at: (step: number) => object,
): void {
  const values = Float32Array.from(start);
  const state = adamWState(values.length);
  gradients.forEach((gradient, step) => {
    const { factor, beta1 } = { factor: 1, beta1: 0.9, ...at(step) };
    const segments = [{ offset: 0, length: values.length, learningRate: 0, weightDecay: 0, ...segment }];
    adamWUpdate(values, segments, [Float32Array.from(gradient)], state, factor, beta1);
    const difference = largestDifference(values, after[step] ?? []);
    assert.ok(difference < 1e-6, `step ${step + 1} differs by ${difference}`);
  });
}

test("AdamW whose momentum runs against the rate gives PyTorch's parameters", () => {
  const { rate, weightDecay, warmup, gradients } = adamwUnderOneCycle;
  assert.equal(gradients.length, 20);
  assertSteps(adamwUnderOneCycle, { learningRate: rate, weightDecay }, (step) =>
    scheduledStep("one-cycle", step, gradients.length, warmup),
  );
});

test("decay towards the pretrained weights gives PyTorch's parameters", () => {
  const { rate, strength, anchor } = l2sp;
  const segment = { learningRate: rate, weightDecay: strength, anchor: Float32Array.from(anchor) };
  assertSteps(l2sp, segment, () => ({}));
});

test("with no gradient, decay towards the pretrained weights ends there", () => {
  const anchor = Float32Array.from([1, -2]);
  const values = Float32Array.from([5, 5]);
  const state = adamWState(2);
  const segment = { offset: 0, length: 2, learningRate: 1, weightDecay: 0.5, anchor };
  for (let step = 0; step < 40; step++) adamWUpdate(values, [segment], [new Float32Array(2)], state, 1);
  assert.ok(largestDifference(values, [...anchor]) < 1e-6);
});

test("the average of the weights follows NumPy's", () => {
  const state = startAverage(Float32Array.from(average.start));
  average.weights.forEach((weights, step) => {
    updateAverage(state, Float32Array.from(weights), average.decay);
    assert.ok(largestDifference(state.values, average.after[step] ?? []) < 1e-6, `update ${step + 1}`);
  });
  assert.equal(state.updates, average.weights.length);
});
