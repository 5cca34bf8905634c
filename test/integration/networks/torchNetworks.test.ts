/** The features of MobileNetV2 and ResNet against torchvision and timm, all of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { madeUpFeatures } from "../../unit/learn/madeUpRuns.js";
import { assertClose, largestDifference } from "../../unit/learn/support.js";
import { recordedNetwork, recordedNetworks } from "../../unit/learn/torchSupport.js";

/** Of the largest feature; the bound is 1e-3. */
const FEATURE_TOLERANCE = 1e-4;

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
