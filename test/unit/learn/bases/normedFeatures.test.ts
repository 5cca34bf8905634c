/** Networks that normalize what they pooled: what is pooled can be had, and the norm of its means are the features. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { normedFeatures, unitsOf } from "../../../../learn/bases/architecture.js";
import { findArchitecture, WITHOUT_WEIGHTS } from "../../../../learn/bases/architectures.js";
import { CATALOGUE } from "../../../../learn/bases/catalogue.js";
import { tf } from "../../../../learn/engine.js";
import { freezeGroups, poolFeatures } from "../../../../learn/network/network.js";
import { parameter } from "../../../../learn/network/parameters.js";
import { EVERY_UNIT, everyUnitParameters } from "../../../support/models/everyUnit.js";
import { assertClose } from "../support.js";
import { madeUpPixels } from "../torchSupport.js";

const SIDE = 29;

test("the features are the norm of the means of what the network below gives", () => {
  const parameters = everyUnitParameters();
  const normed = normedFeatures(EVERY_UNIT);
  assert.ok(normed);
  const [whole, below] = [EVERY_UNIT, normed.below].map((one) => freezeGroups(one, parameters, 0, 1));
  assert.ok(whole && below);
  const [features, means, shape] = tf.tidy(() => {
    const x = tf.tensor4d(madeUpPixels(1, SIDE), [1, SIDE, SIDE, 3]);
    const last = below.run(x);
    const [own, pooled] = [whole.run(x), last].map((y) => poolFeatures(y).dataSync() as Float32Array);
    return [own ?? [], pooled ?? new Float32Array(), last.shape] as const;
  });
  whole.dispose();
  below.dispose();
  assert.ok((shape[1] ?? 0) > 1, "it has places in the image");
  const [gamma, beta] = ["gamma", "beta"].map(
    (part) => parameter(parameters, `${normed.norm.name}.${part}`).data,
  );
  const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
  const variance = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / means.length;
  const own = Float32Array.from(
    means,
    (value, k) =>
      ((value - mean) / Math.sqrt(variance + normed.norm.epsilon)) * (gamma?.[k] ?? 0) + (beta?.[k] ?? 0),
  );
  assertClose(features, own, 1e-4, "the features");
});

test("ConvNeXt alone is one, with the norm in its uppermost layer group; no other network pools within", () => {
  for (const { name, architecture } of [...CATALOGUE, ...WITHOUT_WEIGHTS]) {
    const normed = normedFeatures(architecture);
    assert.equal(normed !== undefined, name.startsWith("convnext"), name);
    const pooling = (normed?.below ?? architecture).groups
      .flatMap(({ blocks }) => blocks)
      .flatMap(({ units }) => units)
      .filter(({ kind }) => kind === "means");
    assert.deepEqual(pooling, [], name);
  }
  const { architecture } = findArchitecture("convnext-atto");
  const top = architecture.groups.at(-1);
  assert.ok(top);
  assert.equal(unitsOf(top).at(-1)?.name, "layer4.last.norm");
  assert.equal(normedFeatures(architecture)?.norm.channels, architecture.features);
});
