/** Cross-entropy with label smoothing, in the graph and on the host, against PyTorch. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { smoothedTargets, softmaxCrossEntropy, softmaxRows } from "../../../../learn/training/step/loss.js";
import { argMax, crossEntropyAndAccuracy } from "../../../../learn/training/validation.js";
import { assertClose, evaluateGraph, fixture } from "../support.js";

const { crossEntropy } = fixture<{
  crossEntropy: {
    smoothing: number;
    labels: number[];
    logits: number[];
    probabilities: number[];
    loss: number;
    plainLoss: number;
    gradient: number[];
  }[];
}>("training/optimizer.json");
const CLASSES = 4;

for (const given of crossEntropy) {
  const shape = [given.labels.length, CLASSES];

  test(`loss and gradient with a smoothing of ${given.smoothing}`, () => {
    const targets = [...smoothedTargets(given.labels, CLASSES, given.smoothing)];
    const actual = evaluateGraph(
      { logits: { values: given.logits, shape }, targets: { values: targets, shape } },
      (graph) => softmaxCrossEntropy(graph, graph.input("logits"), graph.input("targets")),
    );
    assertClose(actual.loss, [given.loss], 1e-6, "loss");
    assertClose(actual.dLogits, given.gradient, 1e-6, "gradient");
  });

  test(`probabilities and validation loss of the logits with smoothing ${given.smoothing}`, () => {
    const logits = Float32Array.from(given.logits);
    assertClose(softmaxRows(logits, CLASSES), given.probabilities, 1e-6, "probabilities");
    const { loss, accuracy } = crossEntropyAndAccuracy(logits, given.labels, CLASSES);
    assertClose([loss], [given.plainLoss], 1e-6, "validation loss");
    const hits = given.labels.filter((label, row) => argMax(logits, row * CLASSES, CLASSES) === label);
    assert.equal(accuracy, hits.length / given.labels.length);
  });
}

test("every row of smoothed targets sums to one, most of it on the label", () => {
  const targets = smoothedTargets([2, 0], 3, 0.3);
  assertClose(targets, [0.1, 0.1, 0.8, 0.8, 0.1, 0.1], 1e-6, "targets");
});

test("logits too large for exp give no infinities", () => {
  const probabilities = softmaxRows(Float32Array.from([1000, 999, -1000, 0]), 2);
  assertClose(probabilities, [1 / (1 + Math.exp(-1)), 1 / (1 + Math.E), 0, 1], 1e-6, "probabilities");
  const { loss } = crossEntropyAndAccuracy(Float32Array.from([1000, -1000]), [1], 2);
  assert.ok(Number.isFinite(loss) && loss > 20);
});

test("the first of equal values counts as the largest", () => {
  assert.equal(argMax(Float32Array.from([0, 3, 3, 1]), 1, 3), 0);
});

test("calibrated losses do not depend on how sure of itself a network is", () => {
  const logits = Float32Array.from([2, 0, -1, 0.5, 1, -2, -1, 0, 1.5, 1, 0.5, 0]);
  const labels = [0, 1, 2, 1];
  const losses = (factor: number): readonly number[] =>
    crossEntropyAndAccuracy(
      logits.map((logit) => factor * logit),
      labels,
      3,
    ).calibratedLosses();
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const own = losses(1);
  for (const factor of [0.5, 3]) {
    for (const [image, loss] of losses(factor).entries())
      assert.ok(Math.abs(loss - (own[image] ?? Number.NaN)) < 1e-5, `image ${image}, logits × ${factor}`);
    assert.ok(
      mean(losses(factor)) <
        crossEntropyAndAccuracy(
          logits.map((logit) => factor * logit),
          labels,
          3,
        ).loss,
    );
  }
});
