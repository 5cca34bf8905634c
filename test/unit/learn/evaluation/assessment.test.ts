/** From logits to the evaluation: small cases worked out by hand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assess, type Candidates } from "../../../../learn/evaluation/assessment.js";
import { assertClose } from "../support.js";

const CLASSES = ["cat", "dog"];

/** Logits whose difference is the log-odds of "dog". */
const logitsOf = (odds: readonly number[]): Float32Array =>
  Float32Array.from(odds.flatMap((value) => [-value / 2, value / 2]));

/** Ten validation images of log-odds ±2, two of them wrong: at temperature 1 they look 88 % right, and are 80 %. */
const validation = {
  labels: [0, 0, 0, 0, 0, 1, 1, 1, 1, 1],
  logits: logitsOf([-2, -2, -2, -2, 2, 2, 2, 2, 2, -2]),
};

/** Share of them that the softened targets, 10.1 / 10.2 on the label, call right: what log-odds of 2 come to mean. */
const RIGHT = (0.8 * 10.1 + 0.2 * 0.1) / 10.2;

const held: Candidates = {
  classes: CLASSES,
  paths: ["a", "b", "c", "d"],
  labels: [0, 0, 1, 1],
  stages: [
    { stage: "head", logits: logitsOf([1, -1, 1, -1]) },
    { stage: "tune-1", logits: logitsOf([-3, -1, 3, -0.5]) },
  ],
  validation,
};

test("the temperature comes from the validation images and scales every probability of the held-out ones", () => {
  const { evaluation, predictions } = assess(held);
  const temperature = 2 / Math.log(RIGHT / (1 - RIGHT));
  assertClose([evaluation.temperature ?? 0], [temperature], 1e-9, "temperature");
  const sure = 1 / (1 + Math.exp(-3 / temperature));
  assertClose(predictions[0]?.probabilities ?? [], [sure, 1 - sure], 1e-6, "probabilities");
  assert.equal(evaluation.accuracy, 0.75);
  assert.equal(evaluation.calibration?.before.loss, evaluation.loss);
  assert.ok((evaluation.calibration?.after.loss ?? 0) !== evaluation.loss);
});

test("sets promise 90 % from the validation images; their coverage is that of the held-out ones", () => {
  const { evaluation, predictions } = assess(held);
  // ceil(11 · 0.9) = 10: the largest of ten scores, that of a mistake of 2 in log-odds.
  assertClose([evaluation.conformal?.quantile ?? 0], [RIGHT], 1e-6, "quantile");
  // Both classes are possible unless the log-odds before scaling are beyond 2.
  assert.deepEqual(
    predictions.map(({ set }) => set),
    [[0], [0, 1], [1], [0, 1]],
  );
  const { quantile: _, ...rest } = evaluation.conformal ?? {};
  assert.deepEqual(rest, {
    level: 0.9,
    calibrationImages: 10,
    leastImages: 9,
    coverage: 1,
    meanSize: 1.5,
    empty: 0,
    several: 0.5,
  });
});

test("eight validation images cannot promise 90 %: every class is possible, and no quantile is given", () => {
  const { evaluation, predictions } = assess({
    ...held,
    validation: { labels: validation.labels.slice(2), logits: validation.logits.subarray(4) },
  });
  assert.equal(evaluation.conformal?.quantile, undefined);
  assert.ok(predictions.every(({ set }) => set.length === CLASSES.length));
});

test("the model is compared with the head image by image, and every stage has its interval", () => {
  const { againstHead, byStage } = assess(held).evaluation;
  // The head is right on b and c, the model on a, b and c.
  assert.deepEqual(againstHead, { better: 1, worse: 0, pValue: 1 });
  assert.deepEqual(
    byStage.map(({ stage, accuracy }) => [stage, accuracy]),
    [
      ["head", 0.5],
      ["tune-1", 0.75],
    ],
  );
  for (const { accuracy, interval } of byStage) {
    assert.ok(interval !== undefined && interval[0] < accuracy && accuracy < interval[1]);
  }
  assert.equal(assess({ ...held, stages: held.stages.slice(0, 1) }).evaluation.againstHead, undefined);
});

test("six images better and none worse is a difference that chance seldom makes", () => {
  const stage = (name: string, odds: number) => ({ stage: name, logits: logitsOf(new Array(6).fill(odds)) });
  const { againstHead } = assess({
    ...held,
    paths: ["a", "b", "c", "d", "e", "f"],
    labels: new Array(6).fill(1),
    stages: [stage("head", -1), stage("tune-1", 1)],
  }).evaluation;
  assert.deepEqual([againstHead?.better, againstHead?.worse], [6, 0]);
  assertClose([againstHead?.pValue ?? 1], [2 / 2 ** 6], 1e-12, "p");
});

test("the images of the largest loss are listed, right and wrong ones", () => {
  const { topLosses, mistakes } = assess(held).evaluation;
  assert.deepEqual(
    topLosses?.map(({ path }) => path),
    ["d", "b", "a", "c"],
  );
  assert.deepEqual(
    mistakes.map(({ path }) => path),
    ["d"],
  );
  assert.ok((topLosses?.[0]?.loss ?? 0) > Math.log(2));
  assert.deepEqual(Object.keys(mistakes[0] ?? {}), ["path", "label", "predicted", "confidence"]);
});

test("the mean of an image and its mirror image is reported beside the plain figure", () => {
  const mirrored = logitsOf([-3, -1, 3, 4]);
  const { evaluation } = assess({ ...held, mirrored });
  assert.equal(evaluation.accuracy, 0.75);
  assert.equal(evaluation.mirrored?.accuracy, 1);
  assert.equal(assess(held).evaluation.mirrored, undefined);
});

test("a class without held-out images has no AUC and does not count in the mean", () => {
  const { perClass, macroAuc } = assess({ ...held, labels: [0, 0, 0, 0] }).evaluation;
  assert.deepEqual(
    perClass.map((metrics) => [metrics.auc, metrics.averagePrecision]),
    [
      [undefined, 1],
      [undefined, undefined],
    ],
  );
  assert.equal(macroAuc, undefined);
  assert.equal(assess(held).evaluation.macroAuc, 1);
});

/** Of a hundred validation images 95 are right at log-odds of 1, which is too timid: the temperature is below 1. */
const timid = {
  labels: Array.from({ length: 100 }, (_, i) => i % 2),
  logits: logitsOf(Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? -1 : 1) * (i < 5 ? -1 : 1))),
};
const test100 = (wrong: number): Candidates => ({
  classes: CLASSES,
  paths: timid.labels.map((_, i) => `${i}`),
  labels: timid.labels,
  stages: [
    {
      stage: "head",
      logits: logitsOf(timid.labels.map((label, i) => (label === 0 ? -1 : 1) * (i < wrong ? -1 : 1))),
    },
  ],
  validation: timid,
});

test("a temperature that the test images refute is not used, and both calibrations are told", () => {
  const { evaluation, predictions } = assess(test100(45));
  assert.equal(evaluation.temperature, 1);
  assert.ok((evaluation.refuted?.temperature?.fitted ?? 1) < 1);
  assert.ok((evaluation.refuted?.temperature?.pValue ?? 1) < 0.01);
  const { before, after } = evaluation.calibration ?? {};
  assert.ok((after?.loss ?? 0) > (before?.loss ?? 0));
  assert.ok((after?.ece ?? 0) > (before?.ece ?? 0));
  // Probabilities are those of the model as it is used.
  assertClose([Math.max(...(predictions[0]?.probabilities ?? []))], [1 / (1 + Math.exp(-1))], 1e-6, "sure");
});

test("a temperature that holds on the test images is used", () => {
  const { evaluation } = assess(test100(5));
  assert.ok((evaluation.temperature ?? 1) < 1);
  assert.equal(evaluation.refuted, undefined);
});

test("sets that hold fewer of the test images than they promise, beyond chance, are refuted", () => {
  const broken = assess(test100(45)).evaluation;
  assert.equal(broken.conformal?.coverage, 0.55);
  assert.ok((broken.refuted?.sets?.pValue ?? 1) < 0.001);
});

test("test images in groups: wider intervals, weaker tests, and how many groups there are", () => {
  const groups = timid.labels.map((_, i) => `patient ${Math.floor(i / 10)}`);
  const plain = assess(test100(45)).evaluation;
  const grouped = assess({
    ...test100(45),
    groups,
    validation: { ...timid, groups: timid.labels.map((_, i) => `other ${Math.floor(i / 10)}`) },
  }).evaluation;
  assert.equal(plain.groups, undefined);
  assert.equal(grouped.groups, 10);
  assert.equal(grouped.accuracy, plain.accuracy);
  const width = ([low, high]: readonly [number, number]): number => high - low;
  // Four patients are all wrong, one is half wrong, five are all right: about nine witnesses and not a hundred.
  assert.ok(width(grouped.accuracyInterval) > 2.5 * width(plain.accuracyInterval));
  assert.deepEqual(grouped.byStage[0]?.interval, grouped.accuracyInterval);
  // Ten patients do not refute the temperature. Five of about nine are still too few for a promise of 90 %: p is 0.01.
  assert.ok(plain.refuted?.temperature !== undefined && (plain.refuted.sets?.pValue ?? 1) < 1e-6);
  assert.equal(grouped.refuted?.temperature, undefined);
  assert.ok((grouped.refuted?.sets?.pValue ?? 0) > 0.005);
  assert.deepEqual(assess({ ...test100(45), groups: timid.labels.map((_, i) => `${i}`) }).evaluation, plain);
});
