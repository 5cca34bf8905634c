/** MobileNetV2 and ResNet against torchvision and timm: features, and gradients of a whole training step. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { madeUpFeatures, madeUpStep } from "../madeUpRuns.js";
import { assertClose, largestDifference } from "../support.js";
import { recordedNetwork, recordedNetworks } from "../torchSupport.js";

/** Of the largest feature; the bound is 1e-3. */
const FEATURE_TOLERANCE = 1e-4;

const { classes, labels } = recordedNetworks;

for (const recorded of recordedNetworks.networks) {
  const { name, source, side, features } = recorded;
  test(`${name} with the names of ${source} has its features at ${side} px`, (context) => {
    const { architecture, parameters } = recordedNetwork(recorded);
    assert.equal(features.length, architecture.features);
    const own = madeUpFeatures(architecture, parameters, side);
    context.diagnostic(`largest difference ${largestDifference(own, features)}`);
    assertClose(own, features, FEATURE_TOLERANCE, "features");
  });
}

for (const recorded of recordedNetworks.networks) {
  const { name, side, step } = recorded;
  if (step === undefined) continue;
  test(`a training step of ${name}, from the stem up, has PyTorch's gradients`, async (context) => {
    const { loss, byName } = await madeUpStep(context, {
      ...recordedNetwork(recorded),
      ...{ side, classes, labels },
    });
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
