/** Learning curves of classes whose overlap is known, and of those that are too small. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { curveAdvice } from "../../../../learn/evidence/curveAdvice.js";
import { stratifiedFolds } from "../../../../learn/transferability/folds.js";
import { learningCurve } from "../../../../learn/transferability/learningCurve.js";
import { matrix } from "../../../../learn/transferability/matrix.js";
import { linearProbe } from "../../../../learn/transferability/probe.js";
import { randomStream } from "../../../../rng/stream.js";
import { ADVICE_WITHHELD, withoutAdvice } from "../../../../spec/pipeline/advice.js";

const PENALTY = 0.1;

/** Classes along their own axes among features of noise. @param distance in deviations of the noise */
function problem(images: number, classes: number, columns: number, distance: number) {
  const stream = randomStream(3, "test");
  const labels = Array.from({ length: images }, (_, i) => i % classes);
  let next = 0;
  // The sum of twelve uniform numbers is nearly normal, with a deviation of 1.
  const noise = (): number =>
    Array.from({ length: 12 }, () => stream.uniform(next++)).reduce((a, b) => a + b) - 6;
  const values = labels.flatMap((label) =>
    Array.from({ length: columns }, (_, j) => noise() + (j === label ? distance : 0)),
  );
  const features = matrix(images, columns, values);
  const folds = stratifiedFolds(
    labels,
    labels.map((_, i) => String(i)),
    5,
    1,
  );
  const { probabilities: whole } = linearProbe(features, labels, folds, classes, PENALTY);
  const common = { features, labels, folds, classes, penalty: PENALTY, whole };
  return { ...common, draws: 2, available: images, seed: 1, onProgress: () => {} };
}

test("a probe that starves among many features: rising, and more images are expected to help", () => {
  const curve = learningCurve(problem(480, 3, 60, 2));
  assert.ok(curve !== undefined);
  assert.deepEqual(
    curve.points.map(({ images }) => images),
    [24, 48, 96, 192, 384],
  );
  const accuracies = curve.points.map(({ accuracy }) => accuracy);
  assert.ok((accuracies.at(-1) ?? 0) > (accuracies[0] ?? 1) + 0.1, accuracies.join(", "));
  const [twice, fourTimes] = curve.more;
  assert.ok(twice !== undefined && fourTimes !== undefined);
  assert.ok(curve.now.accuracy < twice.accuracy && twice.accuracy < fourTimes.accuracy);
  assert.ok(twice.interval[0] <= twice.accuracy && twice.accuracy <= twice.interval[1]);
  assert.equal(curve.verdict, "rising");
  assert.match(curveAdvice(curve), /^twice as many images would buy about \d+\.\d points \(95 %: /);
  assert.deepEqual(learningCurve(problem(480, 3, 60, 2)), curve);
});

test("a probe that knows all there is: flat", () => {
  const curve = learningCurve(problem(800, 2, 2, 2.5));
  assert.equal(curve?.verdict, "flat");
  assert.match(curveAdvice(curve), /^more images would hardly help/);
});

test("labels that mean nothing: the curve says that it says nothing", () => {
  const curve = learningCurve(problem(160, 2, 20, 0));
  assert.equal(curve?.verdict, "uncertain");
  assert.match(
    curveAdvice(curve),
    /^what more images would buy is uncertain: for four times as many the curve gives -?\d+\.\d to \d+\.\d points \(95 %\), and its smaller parts foretold \d+\.\d % where \d+\.\d % was measured$/,
  );
});

test("classes of a few images have no curve", () => {
  assert.equal(learningCurve(problem(40, 4, 5, 2)), undefined);
  assert.match(curveAdvice(undefined), /too few/);
});

test("whatever a curve advises can be left out of the recipe's note", () => {
  const more = { times: 2, accuracy: 0.9, interval: [0.8, 1], gain: 0.1, gainInterval: [0, 0.2] } as const;
  const curve = {
    draws: 10,
    points: [{ images: 10, accuracy: 0.8, spread: 0.1 }],
    law: { floor: 0, factor: 1, exponent: 0.5 },
    now: { images: 10, accuracy: 0.8 },
    more: [more, { ...more, times: 4 }],
    foretold: 0.8,
  } as const;
  const advices = [
    curveAdvice(undefined),
    ...(["rising", "flat", "uncertain"] as const).map((verdict) => curveAdvice({ ...curve, verdict })),
  ];
  for (const advice of advices)
    assert.equal(withoutAdvice(`2 of 2 stages: why; ${advice}`), `2 of 2 stages: why; ${ADVICE_WITHHELD}`);
  assert.equal(withoutAdvice("head only: why"), "head only: why");
});
