/** Golden vectors: rounding passes, other numbers do not, and the error names what differs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  featureDifference,
  goldenOf,
  modelGoldenOf,
  requireFeatures,
  requireModel,
} from "../../../../learn/network/golden.js";
import { randomStream } from "../../../../rng/stream.js";

const stream = randomStream(1, "features");
const features = Float32Array.from({ length: 1280 }, (_, i) => stream.uniform(i) ** 3);
const probabilities = Float32Array.from([0.7, 0.2, 0.1]);
const known = modelGoldenOf(features, probabilities, "cpu");
const classes = ["cat", "dog", "owl"];

test("the golden vector is the same everywhere for the same features, and small", () => {
  assert.deepEqual(goldenOf(features, "cpu"), goldenOf(Float32Array.from(features), "cpu"));
  assert.equal(known.features.length, 16);
  // Its scale is the root mean square.
  const square = features.reduce((sum, value) => sum + value ** 2, 0) / features.length;
  assert.ok(Math.abs(known.scale - Math.sqrt(square)) < 1e-5);
});

test("differences of rounding pass", () => {
  const noise = randomStream(2, "noise");
  const near = features.map((value, i) => value * (1 + 0.001 * (noise.uniform(i) - 0.5)));
  assert.ok(featureDifference(known, goldenOf(near, "cpu")) < 0.001);
  requireModel(
    known,
    modelGoldenOf(
      near,
      probabilities.map((p) => p + 0.009),
      "cpu",
    ),
    classes,
  );
});

test("where a graphics processor has a part, more passes, and other weights still do not", () => {
  const noise = randomStream(3, "noise");
  const rough = features.map((value, i) => value * (1 + 0.05 * (noise.uniform(i) - 0.2)));
  assert.throws(() => requireFeatures(known, goldenOf(rough, "cpu"), "the base b", "it was added"));
  requireFeatures(known, goldenOf(rough, "gpu"), "the base b", "it was added");
  const others = features.map((value, i) => value * (0.7 + 0.6 * noise.uniform(9999 + i)));
  assert.throws(() => requireFeatures(known, goldenOf(others, "gpu"), "the base b", "it was added"));
});

test("every single feature is in every sum", () => {
  for (const feature of [0, 1, 639, 1279]) {
    const other = features.slice();
    other[feature] = (other[feature] ?? 0) + 10;
    const { features: sums } = goldenOf(other, "cpu");
    assert.ok(sums.every((sum, i) => sum !== known.features[i]));
    assert.throws(() => requireFeatures(known, goldenOf(other, "cpu"), "the base b", "it was added"), {
      code: "NUMBERS_DIFFER",
    });
  }
});

test("features in another order, of another size, or that are no numbers are refused", () => {
  for (const other of [features.toReversed(), features.map((v) => 2 * v), features.map(() => Number.NaN)]) {
    assert.throws(() => requireFeatures(known, goldenOf(other, "cpu"), "the base b", "it was added"), {
      code: "NUMBERS_DIFFER",
      message:
        /^the base b gives other features of thaw's own picture than when it was added: they differ by /,
    });
  }
});

test("a class whose probability is another one is named", () => {
  const swapped = modelGoldenOf(features, Float32Array.from([0.7, 0.1, 0.2]), "cpu");
  assert.throws(() => requireModel(known, swapped, classes), {
    code: "NUMBERS_DIFFER",
    message: /: dog has 0\.100 instead of 0\.200$/,
  });
  assert.throws(() => requireModel(known, { ...known, probabilities: [0.7, 0.2] }, classes), {
    message: /: owl has NaN instead of 0\.100$/,
  });
});

test("vectors of another picture are not compared", () => {
  requireModel({ ...known, picture: 2, scale: 9 }, known, classes);
});
