/** Calibration, temperature, conformal sets and ranking against netcal, scikit-learn, SciPy and NumPy. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { calibrationOf, reliabilityBins } from "../../../../learn/evaluation/calibration.js";
import { conformalQuantile, conformalSet, leastImages } from "../../../../learn/evaluation/conformal.js";
import { averagePrecision, rocAuc } from "../../../../learn/evaluation/ranking.js";
import { atTemperature, fitTemperature } from "../../../../learn/evaluation/temperature.js";
import { softmaxRows } from "../../../../learn/training/step/loss.js";
import { assertClose, fixture } from "../support.js";

const { cases, ties } = fixture<{
  cases: {
    classes: number;
    labels: number[];
    logits: number[];
    ece: number;
    brier: number;
    loss: number;
    temperature: number;
    plainTemperature: number;
    quantile: number | null;
    auc: (number | null)[];
    averagePrecision: (number | null)[];
  }[];
  ties: { scores: number[]; positive: boolean[]; auc: number; averagePrecision: number }[];
}>("evaluation/calibration.json");

/** Probabilities are float32 here, float64 in the references. */
const FLOAT32 = 1e-6;

function probabilityOf(logits: readonly number[], start: number, classes: number, label: number): number {
  const powers = logits.slice(start, start + classes).map(Math.exp);
  return (powers[label] ?? 0) / powers.reduce((sum, power) => sum + power, 0);
}

cases.forEach((expected, i) => {
  const { classes, labels } = expected;
  const logits = Float32Array.from(expected.logits);
  const probabilities = softmaxRows(logits, classes);
  const name = `set ${i + 1} (${labels.length} images, ${classes} classes)`;

  test(`${name}: loss, calibration error and Brier score`, () => {
    const { loss, ece, brier, bins } = calibrationOf(probabilities, labels, classes);
    assertClose([loss, ece, brier], [expected.loss, expected.ece, expected.brier], FLOAT32, name);
    assert.equal(bins.length, 15);
    assert.equal(
      bins.reduce((sum, bin) => sum + bin.images, 0),
      labels.length,
    );
  });

  test(`${name}: temperature, with and without softened targets`, () => {
    assertClose(
      [1 / (labels.length + 2), 0].map((missing) => fitTemperature(logits, labels, classes, missing)),
      [expected.temperature, expected.plainTemperature],
      // SciPy's search stops where the loss no longer changes in double precision.
      1e-5 * expected.plainTemperature,
      name,
    );
  });

  test(`${name}: conformal quantile`, () => {
    const quantile = conformalQuantile(probabilities, labels, classes, 0.9);
    if (expected.quantile === null) assert.equal(quantile, undefined);
    else assertClose([quantile ?? Number.NaN], [expected.quantile], FLOAT32, name);
  });

  test(`${name}: ROC-AUC and average precision of each class`, () => {
    for (let c = 0; c < classes; c++) {
      // Not the float32 probabilities: some would be equal that are not.
      const scores = labels.map((_, row) => probabilityOf(expected.logits, row * classes, classes, c));
      const positive = labels.map((label) => label === c);
      const auc = expected.auc[c] ?? undefined;
      assert.equal(rocAuc(scores, positive) === undefined, auc === undefined);
      if (auc === undefined) continue;
      assertClose([rocAuc(scores, positive) ?? Number.NaN], [auc], 1e-12, `AUC of class ${c}`);
      const precision = averagePrecision(scores, positive) ?? Number.NaN;
      assertClose([precision], [expected.averagePrecision[c] ?? Number.NaN], 1e-12, `AP of class ${c}`);
    }
  });
});

ties.forEach((expected, i) => {
  test(`ties ${i + 1}: equal scores count half in the AUC and together in the precision`, () => {
    assertClose([rocAuc(expected.scores, expected.positive) ?? 0], [expected.auc], 1e-12, "AUC");
    const precision = averagePrecision(expected.scores, expected.positive) ?? 0;
    assertClose([precision], [expected.averagePrecision], 1e-12, "AP");
  });
});

test("a class without images has neither AUC nor average precision; one without others has no AUC", () => {
  assert.equal(rocAuc([0.1, 0.2], [false, false]), undefined);
  assert.equal(averagePrecision([0.1, 0.2], [false, false]), undefined);
  assert.equal(rocAuc([0.1, 0.2], [true, true]), undefined);
  assert.equal(averagePrecision([0.1, 0.2], [true, true]), 1);
});

test("a temperature changes confidences, never predictions", () => {
  const logits = Float32Array.of(1, 3, 2, 0.5, 0.4, 0.3);
  for (const temperature of [0.3, 4]) {
    const rows = softmaxRows(atTemperature(logits, temperature), 3);
    assert.deepEqual([rows.indexOf(Math.max(...rows.slice(0, 3))), rows[3]], [1, Math.max(...rows.slice(3))]);
  }
});

test("where every image is right the temperature stays finite, and nothing is ever certain", () => {
  const logits = Float32Array.of(2, 0, 0, 2, 2, 0);
  const temperature = fitTemperature(logits, [0, 1, 0], 2);
  // A tenth of an image is made up: 3.1 / 3.2 on the label, so the difference of 2 becomes log(3.1 / 0.1).
  assertClose([temperature], [2 / Math.log(31)], 1e-9, "temperature");
});

test("a temperature cannot be learned from nothing", () => {
  assert.equal(fitTemperature([], [], 3), 1);
  assert.equal(fitTemperature([1, 2], [0, 0], 1), 1);
});

test("a confidence on the edge of two bins belongs to the lower one", () => {
  const bins = reliabilityBins([0.6, 0.4, 1, 0], [0, 1], 2);
  assert.deepEqual(
    bins.flatMap(({ images }, index) => (images > 0 ? [index] : [])),
    [8, 14],
  );
  assert.deepEqual(bins[8], { from: 8 / 15, to: 9 / 15, images: 1, confidence: 0.6, accuracy: 1 });
});

test("90 % can be promised from 9 images on, 95 % from 19", () => {
  assert.equal(leastImages(0.9), 9);
  assert.equal(leastImages(0.95), 19);
  const probabilities = Array.from({ length: 18 }, (_, i) => (i % 2 === 0 ? 0.7 : 0.3));
  const labels = new Array<number>(9).fill(0);
  assertClose([conformalQuantile(probabilities, labels, 2, 0.9) ?? 0], [0.3], 1e-12, "quantile");
  assert.equal(conformalQuantile(probabilities, labels.slice(1), 2, 0.9), undefined);
});

test("a set has the classes that reach the quantile: several, one, or none", () => {
  assert.deepEqual(conformalSet([0.45, 0.1, 0.45], 0.6), [0, 2]);
  assert.deepEqual(conformalSet([0.05, 0.9, 0.05], 0.6), [1]);
  assert.deepEqual(conformalSet([0.34, 0.33, 0.33], 0.6), []);
  assert.deepEqual(conformalSet([0.34, 0.33, 0.33], undefined), [0, 1, 2]);
});
