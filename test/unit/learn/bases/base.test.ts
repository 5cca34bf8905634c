/** The pretrained base against PyTorch's own forward pass on real photographs. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { type Tensor2D, type Tensor4D, tf } from "../../../../learn/engine.js";
import { boundaryPass, disposePass } from "../../../../learn/network/boundaries.js";
import { denseLogits } from "../../../../learn/network/head.js";
import { type FrozenGroups, freezeGroups, poolFeatures } from "../../../../learn/network/network.js";
import { parameter } from "../../../../learn/network/parameters.js";
import { base, fixture, largestDifference, photographs, pretrained } from "../support.js";

interface Photograph {
  readonly file: string;
  readonly topFive: readonly { readonly index: number; readonly name: string }[];
  readonly logits: readonly number[];
}

/** The bound; measured: 1e-5. */
const LOGIT_TOLERANCE = 1e-3;

const { photographs: recorded } = fixture<{ photographs: Photograph[] }>("networks/base.json");
const { architecture } = base;
const top = architecture.groups.length;

async function classify(features: Tensor2D): Promise<Float32Array> {
  const parameters = await pretrained();
  const kernel = parameter(parameters, "classifier.kernel");
  const bias = parameter(parameters, "classifier.bias");
  const logits = tf.tidy(() =>
    denseLogits(features, tf.tensor2d(kernel.data, kernel.shape as [number, number]), tf.tensor1d(bias.data)),
  );
  return logits.dataSync() as Float32Array;
}

function topFive(logits: Float32Array): number[] {
  return [...logits.keys()].sort((a, b) => (logits[b] as number) - (logits[a] as number)).slice(0, 5);
}

let x: Tensor4D;
let whole: FrozenGroups;
let features: Tensor2D;
let logits: Float32Array;

before(async () => {
  x = await photographs(recorded.map(({ file }) => file));
  whole = freezeGroups(architecture, await pretrained(), 0, top);
  features = poolFeatures(whole.run(x));
  logits = await classify(features);
});

recorded.forEach((photograph, row) => {
  test(`${photograph.file} has PyTorch's logits and top five`, () => {
    const own = logits.slice(row * 1000, (row + 1) * 1000);
    assert.ok(largestDifference(own, photograph.logits) < LOGIT_TOLERANCE);
    assert.deepEqual(
      topFive(own),
      photograph.topFive.map(({ index }) => index),
    );
  });
});

test("the top five make sense", () => {
  const first = Object.fromEntries(recorded.map(({ file, topFive: [best] }) => [file, best?.name]));
  assert.equal(first["photographs/chelsea.png"], "Egyptian cat");
  assert.equal(first["photographs/coffee.png"], "espresso");
  assert.equal(first["photographs/rocket.png"], "missile");
});

test("a photograph on its own has the same logits as in a batch", async () => {
  const one = tf.slice(x, [0, 0, 0, 0], [1, -1, -1, -1]) as Tensor4D;
  const alone = await classify(poolFeatures(whole.run(one)));
  assert.ok(largestDifference(alone, logits.subarray(0, 1000)) < 1e-4);
});

for (let cut = 1; cut < top; cut++) {
  const name = architecture.groups[cut]?.name ?? "";
  test(`cut below ${name}, the network gives the same features and logits`, async () => {
    const parameters = await pretrained();
    const pass = boundaryPass(architecture, parameters, [cut]);
    const suffix = freezeGroups(architecture, parameters, cut, top);
    const result = pass.run(x);
    const activations = result.activations.get(cut);
    assert.ok(activations);
    const above = poolFeatures(suffix.run(activations));
    assert.ok(
      largestDifference(result.features.dataSync(), features.dataSync()) < 1e-5,
      "features of the pass",
    );
    assert.ok(largestDifference(above.dataSync(), features.dataSync()) < 1e-5, "features from the boundary");
    assert.ok(largestDifference(await classify(above), logits) < LOGIT_TOLERANCE);
    disposePass(result);
    pass.dispose();
    suffix.dispose();
  });
}

test("one pass cut at every boundary gives the features of the whole", async () => {
  const pass = boundaryPass(architecture, await pretrained(), [8, 1, 2, 3, 4, 5, 6, 7, 7, 0, top]);
  assert.deepEqual(pass.boundaries, [1, 2, 3, 4, 5, 6, 7, 8]);
  const result = pass.run(x);
  assert.ok(largestDifference(result.features.dataSync(), features.dataSync()) < 1e-5);
  disposePass(result);
  pass.dispose();
});

test("a pass leaves no tensor behind", async () => {
  const before = tf.memory().numTensors;
  const pass = boundaryPass(architecture, await pretrained(), [6, 7]);
  for (let i = 0; i < 3; i++) disposePass(pass.run(x));
  pass.dispose();
  assert.equal(tf.memory().numTensors, before);
});
