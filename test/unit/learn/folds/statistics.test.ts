/** Figures over folds against scikit-learn and SciPy. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { wilsonInterval } from "../../../../learn/evaluation/metrics.js";
import { crossValidation, type FinishedFold, foldFigures } from "../../../../learn/folds/crossValidation.js";
import { overFolds, pairedInterval, wider } from "../../../../learn/folds/statistics.js";
import type {
  CrossValidation,
  FoldFigure,
  FoldFigureSet,
  FoldFigures,
} from "../../../../spec/records/folds.js";
import { fixture } from "../support.js";

interface Case extends Pick<CrossValidation, "head" | "final" | "gain" | "againstHead"> {
  readonly folds: readonly {
    readonly labels: readonly number[];
    readonly byHead: readonly number[];
    readonly predicted: readonly number[];
    readonly head: FoldFigures;
    readonly final: FoldFigures;
  }[];
  readonly wilson: readonly [number, number];
}
const { classes, quantiles, cases } = fixture<{
  classes: number;
  quantiles: number[];
  cases: Record<string, Case>;
}>("evaluation/folds.json");

/** Every number of `expected` is that of `actual`, at the same place. */
function assertNear(actual: unknown, expected: unknown, what: string): void {
  if (typeof expected === "number") {
    assert.ok(Math.abs((actual as number) - expected) < 1e-9, `${what}: ${actual}, not ${expected}`);
    return;
  }
  for (const [key, value] of Object.entries(expected as object))
    assertNear((actual as Record<string, unknown>)[key], value, `${what}.${key}`);
}

const finished = ({ folds }: Case): FinishedFold[] =>
  folds.map(({ labels, byHead, predicted }, index) => {
    const predictions = labels.map((label, i) => ({
      path: `${index}-${i}`,
      label,
      byHead: byHead[i] as number,
      predicted: predicted[i] as number,
      probabilities: [],
    }));
    const summary = {
      fold: index + 1,
      folds: folds.length,
      images: { train: 1, validation: 1, heldOut: labels.length },
      head: foldFigures(predictions, "byHead", classes),
      final: foldFigures(predictions, "predicted", classes),
      stages: [{ stage: "tune-1", deepest: "blocks.6", kept: index % 2 === 0, verdict: "" }],
      seconds: 1,
    };
    return { summary, predictions };
  });

/** SciPy's t intervals, or those that the images allow where they are wider. */
function withImages(figures: FoldFigureSet, labels: readonly number[]): FoldFigureSet {
  const counts = Array.from({ length: classes }, (_, c) => labels.filter((label) => label === c).length);
  const present = counts.filter((count) => count > 0);
  const balanced = present.length ** 2 / present.reduce((sum, count) => sum + 1 / count, 0);
  const widened = (figure: FoldFigure, images: number): FoldFigure => {
    const interval = wider(figure.interval, wilsonInterval(figure.pooled * images, images));
    return { ...figure, interval };
  };
  return {
    accuracy: widened(figures.accuracy, labels.length),
    balancedAccuracy: widened(figures.balancedAccuracy, balanced),
    macroF1: widened(figures.macroF1, balanced),
  };
}

for (const [name, expected] of Object.entries(cases)) {
  test(`as scikit-learn and SciPy: ${name}`, () => {
    const folds = finished(expected);
    folds.forEach(({ summary }, index) => {
      assertNear(summary.head, expected.folds[index]?.head, `fold ${index}, head`);
      assertNear(summary.final, expected.folds[index]?.final, `fold ${index}, final`);
    });
    const all = crossValidation(folds, classes);
    const { againstHead } = expected;
    const labels = expected.folds.flatMap((fold) => fold.labels);
    const { better, worse } = againstHead;
    const gain = {
      ...expected.gain,
      interval: wider(expected.gain.interval, pairedInterval(better, worse, labels.length)),
    };
    const head = withImages(expected.head, labels);
    const final = withImages(expected.final, labels);
    assertNear(all, { head, final, gain, againstHead }, "all");
    const [low, high] = all.accuracyInterval;
    const [ours, wilson] = [expected.final.accuracy.interval, expected.wilson];
    assertNear(high - low, Math.max(ours[1] - ours[0], wilson[1] - wilson[0]), "width of the interval");
    assert.deepEqual(all.kept, [
      { stage: "tune-1", deepest: "blocks.6", folds: Math.ceil(folds.length / 2) },
    ]);
  });
}

test("folds that agree leave the intervals of the images, not none", () => {
  const { accuracy, accuracyInterval, head, final, gain } = crossValidation(
    finished(cases["nothing wrong anywhere"] as Case),
    classes,
  );
  assert.equal(accuracy, 1);
  for (const figures of [head, final]) {
    for (const { mean, deviation, interval } of Object.values(figures)) {
      assert.deepEqual([mean, deviation], [1, 0]);
      assert.ok(interval[0] < 0.9 && interval[1] > 1 - 1e-9, String(interval));
    }
  }
  assert.deepEqual(accuracyInterval, final.accuracy.interval);
  assert.equal(gain.mean, 0);
  assert.ok(gain.interval[0] < -0.01 && gain.interval[1] === -gain.interval[0], String(gain.interval));
});

test("an interval of classes that count alike knows of the small ones", () => {
  const predictions = Array.from({ length: 100 }, (_, i) => {
    const label = i < 10 ? 0 : 1;
    return { path: String(i), label, byHead: label, predicted: label, probabilities: [] };
  });
  const folds = [predictions.slice(0, 50), predictions.slice(50)].map((part) => {
    const figures = foldFigures(part, "predicted", 2);
    const summary = { fold: 1, folds: 2, images: { train: 50, validation: 1, heldOut: 50 }, seconds: 1 };
    return { summary: { ...summary, head: figures, final: figures, stages: [] }, predictions: part };
  });
  const { accuracy, balancedAccuracy } = crossValidation(folds, 2).final;
  assertNear(accuracy.interval, wilsonInterval(100, 100), "all images");
  // 2² / (1/10 + 1/90) = 36 images tell as much as these of unequal classes.
  assertNear(balancedAccuracy.interval, wilsonInterval(36, 36), "balanced");
});

test("a paired difference has a width where nothing differs, and half an image in each cell", () => {
  const near = (actual: readonly number[], expected: readonly number[]) =>
    actual.forEach((value, i) => {
      assert.ok(Math.abs(value - (expected[i] ?? 0)) < 1e-6, String(actual));
    });
  near(pairedInterval(0, 0, 98), [-0.0195996, 0.0195996]);
  // (20 − 1)/202 ± 1.96 · √(22 − 19²/202)/202
  near(pairedInterval(20, 1, 200), [0.0504369, 0.1376819]);
  near(pairedInterval(1, 20, 200), [-0.1376819, -0.0504369]);
});

test("the corrected interval is wider than the plain one by √(1 + k/(k − 1)), for every number of folds", () => {
  for (let k = 2; k <= 20; k++) {
    const values = Array.from({ length: k }, (_, i) => 0.5 + (i % 2 === 0 ? 0.001 : -0.001));
    const { mean, deviation, interval } = overFolds(values, [0, 1]);
    const plain = ((quantiles[k - 2] as number) * deviation) / Math.sqrt(k);
    assertNear((interval[1] - mean) / plain, Math.sqrt(1 + k / (k - 1)), `${k} folds`);
  }
});

test("a figure does not leave its range", () => {
  assert.deepEqual(overFolds([0.1, 0.9], [0, 1]).interval, [0, 1]);
  assert.deepEqual(overFolds([-0.9, 0.9], [-1, 1]).interval, [-1, 1]);
  assert.deepEqual(wider([0, 0.4], [0.3, 0.5]), [0, 0.4]);
});

test("images in groups widen the intervals and weaken the comparison, groups of one image do not", () => {
  const folds = finished(Object.values(cases)[0] as Case).map((fold, index) => ({
    ...fold,
    predictions: fold.predictions.map((one, image) => ({ ...one, path: `${index}/${image}` })),
  }));
  const paths = folds.flatMap(({ predictions }) => predictions.map(({ path }) => path));
  const plain = crossValidation(folds, classes);
  const own = new Map(paths.map((path) => [path, path]));
  assert.deepEqual(crossValidation(folds, classes, own), plain);
  // Of one mind: those that are right are in few groups, and so are those that are wrong.
  const rights = new Set(
    folds.flatMap(({ predictions }) =>
      predictions.filter(({ label, predicted }) => label === predicted).map(({ path }) => path),
    ),
  );
  const few = new Map(paths.map((path, at) => [path, `${rights.has(path)} ${at % 3}`]));
  const grouped = crossValidation(folds, classes, few);
  const width = ([low, high]: readonly [number, number]): number => high - low;
  assert.ok(width(grouped.accuracyInterval) > width(plain.accuracyInterval));
  assert.ok(width(grouped.gain.interval) >= width(plain.gain.interval));
  assert.ok(grouped.againstHead.pValue >= plain.againstHead.pValue);
  assert.equal(grouped.accuracy, plain.accuracy);
});
