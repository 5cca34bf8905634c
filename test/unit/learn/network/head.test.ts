/** Standardization of features, and its folding into the head. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { featureScale, foldScale, HEAD_BIAS, HEAD_KERNEL, zeroHead } from "../../../../learn/network/head.js";
import { parameter } from "../../../../learn/network/parameters.js";
import { randomStream } from "../../../../rng/stream.js";
import { assertClose, fixture } from "../support.js";

const { standardScaler } = fixture<{
  standardScaler: { rows: number[]; mean: number[]; deviation: number[] };
}>("evaluation/metrics.json");

test("mean and deviation of features are scikit-learn's", () => {
  const scale = featureScale(Float32Array.from(standardScaler.rows), 3);
  assertClose(scale.mean, standardScaler.mean, 1e-6, "mean");
  // The first feature hardly varies: its deviation is held at the smallest.
  assertClose(scale.deviation, [1e-3, ...standardScaler.deviation.slice(1)], 1e-6, "deviation");
});

test("the folded head on raw features equals the head on standardized ones", () => {
  const [features, classes, rows] = [6, 3, 4];
  const stream = randomStream(1, "test");
  const random = (start: number, length: number, spread: number) =>
    Float32Array.from({ length }, (_, i) => spread * (stream.uniform(start + i) - 0.5));
  const scale = {
    mean: random(0, features, 8),
    deviation: Float32Array.from({ length: features }, (_, i) => 10 ** (i - 3)),
  };
  const raw = Float32Array.from(
    { length: rows * features },
    (_, i) =>
      (scale.mean[i % features] as number) +
      3 * (scale.deviation[i % features] as number) * stream.uniform(100 + i),
  );
  const head = new Map([
    [HEAD_KERNEL, { shape: [features, classes], data: random(200, features * classes, 2) }],
    [HEAD_BIAS, { shape: [classes], data: random(300, classes, 2) }],
  ]);
  const logits = (values: Float32Array, weights: typeof head | ReturnType<typeof foldScale>): number[] => {
    const kernel = parameter(weights, HEAD_KERNEL).data;
    const bias = parameter(weights, HEAD_BIAS).data;
    return Array.from({ length: rows * classes }, (_, i) => {
      const [row, c] = [Math.floor(i / classes), i % classes];
      let sum = bias[c] as number;
      for (let f = 0; f < features; f++) {
        sum += (values[row * features + f] as number) * (kernel[f * classes + c] as number);
      }
      return sum;
    });
  };
  const standardized = raw.map((value, i) => {
    const f = i % features;
    return (value - (scale.mean[f] as number)) / (scale.deviation[f] as number);
  });
  // Raw features of a deviation of 0.001 around a mean of 4 keep four digits in float32.
  assertClose(logits(raw, foldScale(head, scale)), logits(standardized, head), 2e-3, "logits");
});

test("a new head says the same about every class", () => {
  const head = zeroHead(5, 3);
  assert.deepEqual(parameter(head, HEAD_KERNEL).shape, [5, 3]);
  assert.ok([...head.values()].every(({ data }) => data.every((value) => value === 0)));
});
