/** One cycle, decay towards starting weights and the average of weights, against PyTorch and NumPy. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Segment } from "../../../../learn/training/optimizer/adamw.js";
import { type ScheduledStep, scheduledStep } from "../../../../learn/training/optimizer/schedule.js";
import { averageShare } from "../../../../learn/training/optimizer/weightAverage.js";
import { updatesOf } from "../../../support/learning/updates.js";
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
  segment: Pick<Segment, "learningRate" | "weightDecay" | "anchor">,
  at: (step: number) => ScheduledStep = () => ({ factor: 1, beta1: 0.9 }),
): void {
  const updates = updatesOf([segment], [start]);
  gradients.forEach((gradient, step) => {
    updates.step([gradient], { updates: step, clipNorm: 1e9, ...at(step) });
    const difference = largestDifference(updates.read("weights"), after[step] ?? []);
    assert.ok(difference < 1e-6, `step ${step + 1} differs by ${difference}`);
  });
  updates.dispose();
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
  assertSteps(l2sp, segment);
});

test("with no gradient, decay towards the pretrained weights ends there", (context) => {
  const anchor = Float32Array.from([1, -2]);
  const updates = updatesOf([{ learningRate: 1, weightDecay: 0.5, anchor }], [[5, 5]]);
  context.after(() => updates.dispose());
  for (let step = 0; step < 40; step++)
    updates.step([[0, 0]], { updates: step, factor: 1, beta1: 0.9, clipNorm: 1 });
  assert.ok(largestDifference(updates.read("weights"), [...anchor]) < 1e-6);
});

test("the average of the weights follows NumPy's", (context) => {
  // Without gradients the weights stay where they are put.
  const updates = updatesOf([{ learningRate: 1, weightDecay: 0 }], [average.start]);
  context.after(() => updates.dispose());
  const none = average.start.map(() => 0);
  average.weights.forEach((weights, step) => {
    updates.write("weights", Float32Array.from(weights));
    const share = averageShare(average.decay, step);
    updates.step([none], { updates: step, factor: 1, beta1: 0.9, clipNorm: 1 }, share);
    const difference = largestDifference(updates.read("average"), average.after[step] ?? []);
    assert.ok(difference < 1e-6, `update ${step + 1} differs by ${difference}`);
  });
});
