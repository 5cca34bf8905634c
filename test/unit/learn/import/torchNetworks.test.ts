/** MobileNetV2 and ResNet against torchvision and timm: features, and gradients of a whole training step. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { tf } from "../../../../learn/engine.js";
import { HEAD_BIAS, HEAD_KERNEL } from "../../../../learn/network/head.js";
import { freezeGroups, poolFeatures } from "../../../../learn/network/network.js";
import { overlay } from "../../../../learn/network/parameters.js";
import { suffixTrainee } from "../../../../learn/training/step/suffix.js";
import { assertClose, largestDifference, samplesOf } from "../support.js";
import {
  madeUpPixels,
  type RecordedNetwork,
  recordedNetwork,
  recordedNetworks,
  uniform,
} from "../torchSupport.js";

/** Of the largest feature; the bound is 1e-3. */
const FEATURE_TOLERANCE = 1e-4;

for (const recorded of recordedNetworks.networks) {
  const { name, source, side, features } = recorded;
  test(`${name} with the names of ${source} has its features at ${side} px`, (context) => {
    const { architecture, parameters } = recordedNetwork(recorded);
    assert.equal(features.length, architecture.features);
    const network = freezeGroups(architecture, parameters, 0, architecture.groups.length);
    context.after(() => network.dispose());
    const own = tf.tidy(() => {
      const x = tf.tensor4d(madeUpPixels(1, side), [1, side, side, 3]);
      return poolFeatures(network.run(x)).dataSync();
    });
    context.diagnostic(`largest difference ${largestDifference(own, features)}`);
    assertClose(own, features, FEATURE_TOLERANCE, "features");
  });
}

async function trainStep(context: TestContext, recorded: RecordedNetwork) {
  const { architecture, parameters } = recordedNetwork(recorded);
  const { classes, labels } = recordedNetworks;
  const { side } = recorded;
  const head = Float32Array.from(uniform("head", architecture.features * classes), (u) =>
    Math.fround(0.2 * (Math.fround(u) - 0.5)),
  );
  const count = labels.length;
  const samples = await samplesOf(context, [side, side, 3], madeUpPixels(count, side));
  const images = labels.map((_, image) => image);
  const trainee = suffixTrainee(
    {
      architecture,
      parameters: overlay(
        parameters,
        new Map([
          [HEAD_KERNEL, { shape: [architecture.features, classes], data: head }],
          [HEAD_BIAS, { shape: [classes], data: new Float32Array(classes) }],
        ]),
      ),
      from: 0,
      rateOf: () => ({ learningRate: 1e-3, weightDecay: 0 }),
      dropout: 0,
      labelSmoothing: 0,
      seed: 1,
      stage: 1,
      // The samples are float32: nothing is scaled.
      pixelScale: { mean: 0, deviation: 1 },
    },
    {
      samples,
      rows: { rows: count, views: 1, firstRow: images },
      train: images,
      validation: [0],
      labels,
      classes,
    },
  );
  context.after(() => trainee.dispose());
  const { loss, gradients } = trainee.step(images, { epoch: 0, step: 0 });
  const byName = new Map(trainee.vector.layout.map((entry, i) => [entry.name, gradients[i]]));
  return { loss, byName };
}

for (const recorded of recordedNetworks.networks) {
  const { name, step } = recorded;
  if (step === undefined) continue;
  test(`a training step of ${name}, from the stem up, has PyTorch's gradients`, async (context) => {
    const { loss, byName } = await trainStep(context, recorded);
    assert.ok(Math.abs(loss - step.loss) < 1e-4 * Math.max(1, step.loss), `loss ${loss}, not ${step.loss}`);
    const compared = Object.entries(step.gradients);
    assert.ok(compared.length >= 12);
    let worst = 0;
    for (const [parameter, expected] of compared) {
      const gradient = byName.get(parameter);
      assert.ok(gradient, `${parameter} is trained`);
      assert.equal(gradient.length, expected.length, parameter);
      const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value ** 2, 0));
      const own = expected.values.map((_, i) => gradient[i * expected.every] as number);
      const difference = Math.max(Math.abs(norm - expected.norm), largestDifference(own, expected.values));
      worst = Math.max(worst, difference / expected.norm);
      assert.ok(
        difference < 1e-3 * expected.norm,
        `${parameter}: differs by ${difference} of ${expected.norm}`,
      );
    }
    context.diagnostic(`worst difference ${worst} of a gradient's norm`);
  });
}
