/** Measures of transferability against scikit-learn and NumPy. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fewestGroups, stratifiedFolds } from "../../../../learn/transferability/folds.js";
import { hScore, ledoitWolf } from "../../../../learn/transferability/hScore.js";
import { fitLogisticRegression } from "../../../../learn/transferability/logisticRegression.js";
import { logMe } from "../../../../learn/transferability/logMe.js";
import {
  centred,
  dot,
  gram,
  type Matrix,
  matrix,
  row,
  takeRows,
} from "../../../../learn/transferability/matrix.js";
import { neighbourAccuracy } from "../../../../learn/transferability/neighbours.js";
import { linearProbe } from "../../../../learn/transferability/probe.js";
import { spectrum } from "../../../../learn/transferability/spectrum.js";
import { assertClose, fixture } from "../support.js";

const { cases } = fixture<{
  cases: {
    name: string;
    columns: number;
    features: number[];
    labels: number[];
    folds: number[];
    penalty: number;
    probabilities: number[];
    eigenvalues: number[];
    logMe: number;
    shrinkage: number;
    hScore: number;
    nearest: number;
  }[];
}>("evidence/transferability.json");

for (const expected of cases) {
  const { name, labels, folds, penalty, columns } = expected;
  const x = matrix(labels.length, columns, expected.features);
  const classes = Math.max(...labels) + 1;
  const alone = labels.map((_, image) => `image ${image}`);

  test(`${name}: out-of-fold probabilities are scikit-learn's`, () => {
    const probe = linearProbe(x, labels, folds, classes, penalty);
    // Where ours stops, the probabilities agree to a per cent or two.
    assertClose(probe.probabilities.data, expected.probabilities, 2e-2, "probabilities");
    const right = labels.filter((label, image) => {
      const own = expected.probabilities.slice(image * classes, (image + 1) * classes);
      return own.indexOf(Math.max(...own)) === label;
    });
    assert.equal(probe.accuracy, right.length / labels.length);
    assert.ok(probe.interval[0] < probe.accuracy && probe.accuracy < probe.interval[1]);
    const ofOneMind = right.length < labels.length ? labels.map((_, image) => `${image % 2}`) : alone;
    const { interval } = linearProbe(x, labels, folds, classes, penalty, () => {}, ofOneMind);
    assert.ok(interval[1] - interval[0] >= probe.interval[1] - probe.interval[0]);
  });

  test(`${name}: a tighter tolerance agrees to four digits`, () => {
    const inside = labels.flatMap((_, image) => (folds[image] === 0 ? [] : [image]));
    const outside = labels.flatMap((_, image) => (folds[image] === 0 ? [image] : []));
    const labelsInside = inside.map((image) => labels[image] as number);
    const classify = fitLogisticRegression(takeRows(x, inside), labelsInside, classes, penalty, 1e-6);
    const known = matrix(labels.length, classes, expected.probabilities);
    assertClose(classify(takeRows(x, outside)).data, takeRows(known, outside).data, 1e-4, "probabilities");
  });

  test(`${name}: eigenvalues are NumPy's, projections keep every product`, () => {
    const a = gram(x);
    const vectors = [row(x, 0).slice(0, 1), row(x, 1)].map((_, k) =>
      Float64Array.from({ length: x.rows }, (_, i) => Math.sin(1 + i * (k + 1))),
    );
    const { values, projections } = spectrum(a, vectors);
    assertClose(values.toSorted(), expected.eigenvalues, 1e-10, "eigenvalues");
    const [v, w] = vectors as [Float64Array, Float64Array];
    const [p, q] = projections as [Float64Array, Float64Array];
    const through = Float64Array.from(q, (value, i) => value * (values[i] as number));
    const image = Float64Array.from({ length: x.rows }, (_, i) => dot(row(a, i), w));
    assertClose([dot(p, q)], [dot(v, w)], 1e-10, "the product of two vectors");
    assertClose([dot(p, through)], [dot(v, image)], 1e-10, "the product through the matrix");
  });

  test(`${name}: LogME, H-score, shrinkage and nearest neighbours are those of the definitions`, () => {
    assertClose([logMe(x, labels, classes)], [expected.logMe], 1e-6, "LogME");
    assertClose([ledoitWolf(centred(x), gram(centred(x)))], [expected.shrinkage], 1e-9, "shrinkage");
    assertClose([hScore(x, labels, classes)], [expected.hScore], 1e-8, "H-score");
    assert.equal(neighbourAccuracy(x, labels, alone, 1), expected.nearest);
  });
}

for (const columns of [2, 5, 12]) {
  test(`of ${columns} features on 112 images the eigenvalues are those of their covariances, and nought`, () => {
    const rows = 112;
    const values = Float64Array.from({ length: rows * columns }, (_, i) => {
      const u = Math.sin(12.9898 * i + 78.233) * 43758.5453;
      return u - Math.floor(u);
    });
    const across = Float64Array.from(
      values,
      (_, i) => values[(i % rows) * columns + Math.floor(i / rows)] as number,
    );
    const sorted = (x: Matrix): number[] => [...spectrum(gram(x), []).values].sort((a, b) => b - a);
    const few = sorted(matrix(columns, rows, across));
    const all = sorted(matrix(rows, columns, values));
    assertClose(all, [...few, ...new Array<number>(rows - columns).fill(0)], 1e-13, "eigenvalues");
  });
}

test("images of one group do not vote for each other", () => {
  const twins = matrix(4, 2, [1, 0, 1, 0.01, 0, 1, 0.01, 1]);
  const labels = [0, 0, 1, 1];
  assert.equal(neighbourAccuracy(twins, labels, ["a", "b", "c", "d"], 1), 1);
  assert.equal(neighbourAccuracy(twins, labels, ["a", "a", "c", "c"], 1), 0);
});

test("folds keep groups together, spread every class evenly and depend on the seed", () => {
  const labels = Array.from({ length: 60 }, (_, i) => (i < 40 ? 0 : 1));
  const groups = labels.map((_, i) => `group ${Math.floor(i / 2)}`);
  const folds = stratifiedFolds(labels, groups, 5, 1);
  for (let i = 0; i < labels.length; i += 2) assert.equal(folds[i], folds[i + 1]);
  for (let fold = 0; fold < 5; fold++) {
    const inside = labels.filter((_, i) => folds[i] === fold);
    assert.deepEqual([inside.filter((l) => l === 0).length, inside.filter((l) => l === 1).length], [8, 4]);
  }
  assert.deepEqual(stratifiedFolds(labels, groups, 5, 1), folds);
  assert.notDeepEqual(stratifiedFolds(labels, groups, 5, 2), folds);
  assert.equal(fewestGroups(labels, groups, 2), 10);
});
