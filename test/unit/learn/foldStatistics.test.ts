/** Figures over folds against scikit-learn and SciPy. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { crossValidation, type FinishedFold, foldFigures } from "../../../learn/crossValidation.js";
import { overFolds, wider } from "../../../learn/foldStatistics.js";
import type { CrossValidation, FoldFigures } from "../../../spec/folds.js";
import { fixture } from "./support.js";

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
}>("folds.json");

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

for (const [name, expected] of Object.entries(cases)) {
  test(`as scikit-learn and SciPy: ${name}`, () => {
    const folds = finished(expected);
    folds.forEach(({ summary }, index) => {
      assertNear(summary.head, expected.folds[index]?.head, `fold ${index}, head`);
      assertNear(summary.final, expected.folds[index]?.final, `fold ${index}, final`);
    });
    const all = crossValidation(folds, classes);
    const { head, final, gain, againstHead } = expected;
    assertNear(all, { head, final, gain, againstHead }, "all");
    const [low, high] = all.accuracyInterval;
    const [ours, wilson] = [final.accuracy.interval, expected.wilson];
    assertNear(high - low, Math.max(ours[1] - ours[0], wilson[1] - wilson[0]), "width of the interval");
    assert.deepEqual(all.kept, [
      { stage: "tune-1", deepest: "blocks.6", folds: Math.ceil(folds.length / 2) },
    ]);
  });
}

test("folds that agree leave the interval of the images, not none", () => {
  const { accuracy, accuracyInterval, final } = crossValidation(
    finished(cases["nothing wrong anywhere"] as Case),
    classes,
  );
  assert.equal(accuracy, 1);
  assert.deepEqual(final.accuracy.interval, [1, 1]);
  assert.ok(accuracyInterval[0] < 0.9, String(accuracyInterval));
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
