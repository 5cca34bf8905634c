/** A whole training step of layer groups and head against PyTorch autograd, from boundary activations. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, type TestContext, test } from "node:test";
import { groupIndex } from "../../../../learn/bases/architecture.js";
import { tf } from "../../../../learn/engine.js";
import { boundaryPass, boundaryShape, disposePass } from "../../../../learn/network/boundaries.js";
import { HEAD_BIAS, HEAD_KERNEL } from "../../../../learn/network/head.js";
import { overlay, type Parameters, parameter } from "../../../../learn/network/parameters.js";
import { readSafetensors } from "../../../../learn/safetensors.js";
import { suffixTrainee, trainableNames } from "../../../../learn/training/step/suffix.js";
import {
  assertClose,
  base,
  FIXTURES,
  fixture,
  largestDifference,
  photographs,
  pretrained,
  samplesOf,
} from "../support.js";

interface RecordedStep {
  readonly from: string;
  readonly loss: number;
  readonly gradients: Readonly<
    Record<
      string,
      { readonly norm: number; readonly every: number; readonly values: number[]; length: number }
    >
  >;
}

const recorded = fixture<{
  labels: number[];
  classes: number;
  labelSmoothing: number;
  lastGroups: RecordedStep;
  deeper: RecordedStep;
}>("training/suffix.json");
let given: Parameters;
let head: Parameters;
const { architecture, input } = base;
const photographFiles = ["chelsea", "coffee", "rocket", "astronaut"].map((name) => `photographs/${name}.png`);

before(async () => {
  given = await readSafetensors(join(FIXTURES, "training/suffix.safetensors"));
  head = new Map([HEAD_KERNEL, HEAD_BIAS].map((name) => [name, parameter(given, name)]));
});

async function activationsBelow(name: string): Promise<Float32Array> {
  const from = groupIndex(architecture, name);
  const pass = boundaryPass(architecture, await pretrained(), [from]);
  const x = await photographs(photographFiles);
  const result = pass.run(x);
  const activations = result.activations.get(from)?.dataSync() as Float32Array;
  disposePass(result);
  x.dispose();
  pass.dispose();
  return activations;
}

async function assertStep(
  context: TestContext,
  step: RecordedStep,
  activations: Float32Array,
): Promise<void> {
  const from = groupIndex(architecture, step.from);
  const count = recorded.labels.length;
  const samples = await samplesOf(context, boundaryShape(architecture, input.size, from), activations);
  const trainee = suffixTrainee(
    {
      architecture,
      parameters: overlay(await pretrained(), head),
      from,
      rateOf: () => ({ learningRate: 1e-3, weightDecay: 0 }),
      dropout: 0,
      labelSmoothing: recorded.labelSmoothing,
      seed: 1,
      stage: 1,
      pixelScale: input.pixelScale,
    },
    {
      samples,
      rows: { rows: count, views: 1, firstRow: [0, 1, 2, 3] },
      train: [0, 1, 2, 3],
      validation: [0],
      labels: recorded.labels,
      classes: recorded.classes,
    },
  );
  context.after(() => trainee.dispose());
  const before = tf.memory().numTensors;
  const result = trainee.gradients([0, 1, 2, 3], { epoch: 0, step: 0 });
  assert.equal(tf.memory().numTensors, before, "the step leaves no tensor behind");
  assert.ok(Math.abs(result.loss - step.loss) < 1e-5, `loss ${result.loss}, PyTorch ${step.loss}`);
  const compared = Object.entries(step.gradients);
  assert.ok(compared.length > 10);
  for (const [name, expected] of compared) {
    const position = trainee.vector.layout.findIndex((entry) => entry.name === name);
    const gradient = result.gradients[position];
    assert.ok(gradient, `${name} is trained`);
    assert.equal(gradient.length, expected.length);
    const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value ** 2, 0));
    assert.ok(
      Math.abs(norm - expected.norm) < 1e-3 * expected.norm,
      `${name}: norm ${norm}, ${expected.norm}`,
    );
    const own = expected.values.map((_, i) => gradient[i * expected.every] as number);
    // Relative to the largest of the gradient's values, which the norm bounds.
    assert.ok(largestDifference(own, expected.values) < 1e-3 * expected.norm, `${name}: values`);
  }
  assert.deepEqual(
    trainee.vector.layout.map((entry) => entry.name),
    trainableNames(architecture, from),
  );
}

test("the last two layer groups and the head have PyTorch's loss and gradients", async (context) => {
  await assertStep(context, recorded.lastGroups, parameter(given, "boundary").data);
});

test("the activations at the boundary are PyTorch's", async () => {
  assertClose(await activationsBelow("blocks.6"), parameter(given, "boundary").data, 1e-5, "activations");
});

test("from blocks.4, through residual blocks and a stride, too", async (context) => {
  await assertStep(context, recorded.deeper, await activationsBelow("blocks.4"));
});
