/** Training from random weights: initialization, moving statistics, and that it learns. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Architecture, kernelSize, normedUnitsOf, unitsOf } from "../../../learn/bases/architecture.js";
import { efficientNetLite } from "../../../learn/bases/families/efficientnetLite.js";
import { unitParameters } from "../../../learn/bases/unitParameters.js";
import { tf } from "../../../learn/engine.js";
import { HEAD_BIAS, HEAD_KERNEL } from "../../../learn/network/head.js";
import { parameter } from "../../../learn/network/parameters.js";
import { createSamples, openSamples, type RecordFormat } from "../../../learn/samples/files.js";
import { fit } from "../../../learn/training/fit.js";
import { BETA1 } from "../../../learn/training/optimizer/adamw.js";
import { fullNetworkTrainee, randomParameters } from "../../../learn/training/step/fullNetwork.js";
import { startMoments } from "../../../learn/training/step/trainable.js";
import { randomStream } from "../../../rng/stream.js";
import type { LossSpec } from "../../../spec/runFile/loss.js";
import { EVERY_UNIT } from "../../support/models/everyUnit.js";
import { base, largestDifference, temporaryFolder } from "../../unit/learn/support.js";

/** All kinds of blocks, but narrow and shallow; and the network takes pictures of any size. */
const architecture = efficientNetLite(0.25, 0.3);
const { pixelScale } = base.input;
const FORMAT: RecordFormat = { shape: [32, 32, 3], type: "uint8" };
const IMAGES = 24;
const CLASSES = 2;
const UPDATE = { updates: 0, factor: 1, beta1: BETA1, clipNorm: 10 };

/** Pictures of stripes, upright or lying, with noise. */
async function stripes(context: TestContext) {
  const stream = randomStream(1, "test-stripes");
  const pixels = Uint8Array.from({ length: IMAGES * 32 * 32 * 3 }, (_, i) => {
    const [image, y, x] = [Math.floor(i / 3072), Math.floor(i / 96) % 32, Math.floor(i / 3) % 32];
    const on = Math.floor((image % CLASSES === 0 ? x : y) / 4) % 2;
    return 60 + 100 * on + (stream.word(i) % 60);
  });
  const path = join(await temporaryFolder(context), "pixels.u8");
  const writer = await createSamples(path, FORMAT);
  await writer.write(0, pixels);
  await writer.close();
  const samples = openSamples(path, FORMAT);
  context.after(() => samples.close());
  const images = Array.from({ length: IMAGES }, (_, i) => i);
  return {
    samples,
    rows: { rows: IMAGES, views: 1, firstRow: images },
    train: images.slice(0, 16),
    validation: images.slice(16),
    labels: images.map((i) => i % CLASSES),
    classes: CLASSES,
  };
}

async function prepare(
  context: TestContext,
  loss?: LossSpec,
  train?: readonly number[],
  network: Architecture = architecture,
) {
  const data = await stripes(context);
  return fullNetworkTrainee(
    {
      architecture: network,
      parameters: randomParameters(network, CLASSES, 1),
      learningRate: 0.002,
      weightDecay: 0.01,
      labelSmoothing: 0.05,
      loss,
      seed: 1,
      stage: 1,
      pixelScale,
    },
    { ...data, train: train ?? data.train },
  );
}

test("initial kernels have He's variance, batch norms are the identity, another seed gives other weights", () => {
  const parameters = randomParameters(architecture, CLASSES, 1);
  const other = randomParameters(architecture, CLASSES, 2);
  for (const unit of architecture.groups.flatMap(unitsOf)) {
    const { data } = parameter(parameters, `${unit.name}.kernel`);
    const variance = data.reduce((sum, value) => sum + value ** 2, 0) / data.length;
    assert.ok(unit.kind === "full" || unit.kind === "depthwise");
    const [rows, columns] = kernelSize(unit);
    const expected = 2 / (rows * columns * (unit.kind === "depthwise" ? 1 : unit.outChannels));
    // Five standard errors of a variance of normals, sqrt(2 / n) each.
    assert.ok(Math.abs(variance / expected - 1) < 5 * Math.sqrt(2 / data.length), unit.name);
    assert.notDeepEqual(parameter(other, `${unit.name}.kernel`).data, data);
    assert.ok(parameter(parameters, `${unit.name}.gamma`).data.every((value) => value === 1));
    assert.ok(parameter(parameters, `${unit.name}.mean`).data.every((value) => value === 0));
  }
});

test("a step moves every running statistic and leaves no tensor behind", async (context) => {
  const trainee = await prepare(context);
  context.after(() => trainee.dispose());
  const before = trainee.trained();
  const tensors = tf.memory().numTensors;
  startMoments(trainee.vector);
  const result = trainee.train([0, 1, 2, 3], { epoch: 0, step: 0 }, UPDATE);
  assert.equal(tf.memory().numTensors, tensors);
  assert.ok(Math.abs(result.loss - Math.log(CLASSES)) < 1e-5, "a head of zeros knows nothing");
  const after = trainee.trained();
  for (const { name } of architecture.groups.flatMap(unitsOf)) {
    for (const statistic of [`${name}.mean`, `${name}.variance`]) {
      assert.notDeepEqual(parameter(after, statistic).data, parameter(before, statistic).data, statistic);
    }
  }
});

test("a network of every kind of unit begins at random, and each of its parameters gets a gradient", async (context) => {
  const trainee = await prepare(context, undefined, undefined, EVERY_UNIT);
  context.after(() => trainee.dispose());
  const learnt = EVERY_UNIT.groups
    .flatMap(unitsOf)
    .flatMap(unitParameters)
    .filter(({ isLearnt }) => isLearnt);
  const names = trainee.vector.layout.map(({ name }) => name);
  assert.deepEqual(names, [...learnt.map(({ name }) => name), HEAD_KERNEL, HEAD_BIAS]);
  // A head of zeros passes nothing on.
  const head = trainee.vector.layout.find(({ name }) => name === HEAD_KERNEL);
  assert.ok(head);
  const weights = trainee.vector.read("weights");
  for (let i = 0; i < head.length; i++) weights[head.offset + i] = (i % 5) - 2;
  trainee.vector.write("weights", weights);
  startMoments(trainee.vector);
  const before = trainee.trained();
  const { gradients, loss } = trainee.gradients([0, 1, 2, 3], { epoch: 0, step: 0 });
  assert.deepEqual(trainee.trained(), before, "to ask for gradients changes nothing");
  const step = trainee.train([0, 1, 2, 3], { epoch: 0, step: 0 }, { ...UPDATE, clipNorm: 0.5 });
  assert.equal(step.loss, loss);
  const norm = Math.hypot(...gradients.map((gradient) => Math.hypot(...gradient)));
  assert.ok(norm > 0.5 && Math.abs(step.norm - norm) < 1e-4 * norm, `${step.norm}, of the gradients ${norm}`);
  const moments = trainee.vector.read("first");
  trainee.vector.layout.forEach(({ name, offset }, i) => {
    const clipped = gradients[i]?.map((value) => (value * (1 - Math.fround(BETA1)) * 0.5) / norm) ?? [];
    const own = moments.subarray(offset, offset + clipped.length);
    const largest = largestDifference(clipped, new Float32Array(clipped.length));
    assert.ok(largestDifference(own, clipped) < 1e-4 * largest, `${name} is updated by its own gradient`);
  });
  assert.ok(Number.isFinite(loss));
  gradients.forEach((gradient, i) => {
    assert.ok(gradient.every(Number.isFinite), names[i]);
    assert.ok(
      gradient.some((value) => value !== 0),
      names[i],
    );
  });
  const after = trainee.trained();
  const norms = EVERY_UNIT.groups.flatMap(normedUnitsOf);
  assert.ok(norms.some(({ kind }) => kind === "norm") && norms.some(({ kind }) => kind === "grouped"));
  for (const { name } of norms) {
    assert.notDeepEqual(parameter(after, `${name}.mean`).data, parameter(before, `${name}.mean`).data, name);
  }
  assert.ok(trainee.validate().loss > 0);
});

test("focal loss and class weights are in its step too", async (context) => {
  // Three images of one class and one of the other: weights 2/3 and 2.
  const train = [0, 2, 4, 1];
  const loss = { kind: "focal", gamma: 2, class_weights: "balanced" } as const;
  const trainee = await prepare(context, loss, train);
  context.after(() => trainee.dispose());
  const result = trainee.gradients([0, 1, 2, 3], { epoch: 0, step: 0 });
  // With a head of zeros every probability is 1/2; the targets are smoothed.
  const [often, seldom] = [0.975 * (2 / 3) + 0.025 * 2, 0.975 * 2 + 0.025 * (2 / 3)];
  const expected = (0.5 ** 2 * Math.log(2) * (3 * often + seldom)) / 4;
  assert.ok(Math.abs(result.loss - expected) < 1e-6, `${result.loss}, expected ${expected}`);
});

test("statistics belong to the weights: they come back with a snapshot", async (context) => {
  const trainee = await prepare(context);
  context.after(() => trainee.dispose());
  startMoments(trainee.vector);
  trainee.train([0, 1, 2, 3], { epoch: 0, step: 0 }, UPDATE);
  const snapshot = trainee.snapshotExtra?.() ?? new Map<string, Float32Array>();
  const weights = trainee.vector.read("weights");
  const then = trainee.trained();
  trainee.train([4, 5, 6, 7], { epoch: 0, step: 1 }, { ...UPDATE, updates: 1 });
  trainee.vector.write("weights", weights);
  assert.notDeepEqual(trainee.trained(), then, "the statistics have moved on");
  trainee.restoreExtra?.(snapshot);
  assert.deepEqual(trainee.trained(), then);
});

/** @returns the losses of the epochs, and what came of them */
async function trained(context: TestContext, epochs: number) {
  const trainee = await prepare(context);
  const options = {
    ...{ epochs, patience: epochs, batchSize: 8, warmup: 0, seed: 1, stage: 1 },
    onProgress: () => {},
  };
  const result = await fit(trainee, options);
  const weights = trainee.trained();
  trainee.dispose();
  return { losses: result.history.map(({ loss }) => loss), accuracy: result.validationAccuracy, weights };
}

test("it learns stripes", async (context) => {
  // After 25 epochs the statistics are still on their way, and rounding decides on 5 or 7 of the 8 validation images.
  const { losses, accuracy } = await trained(context, 40);
  assert.ok((losses.at(-1) as number) < 0.7 * (losses[0] as number), `losses ${losses}`);
  assert.ok(accuracy >= 0.75, `accuracy ${accuracy}`);
});

test("it learns the same way twice", async (context) => {
  // More than one epoch: orders of images and the optimizer's moments are of the seed, and of what was before.
  const [first, second] = [await trained(context, 3), await trained(context, 3)];
  assert.equal(first.losses.length, 3);
  assert.deepEqual(second, first);
});
