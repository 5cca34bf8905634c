/** Classification metrics against scikit-learn, the Wilson interval against SciPy. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { confusionMatrix, summarizeConfusion, wilsonInterval } from "../../../../learn/evaluation/metrics.js";
import { assertClose, fixture } from "../support.js";

const { metrics, wilson } = fixture<{
  metrics: {
    classes: number;
    labels: number[];
    predicted: number[];
    confusion: number[][];
    precision: number[];
    recall: number[];
    f1: number[];
    support: number[];
    accuracy: number;
    balancedAccuracy: number;
    macroF1: number;
  }[];
  wilson: { successes: number; trials: number; interval: number[] }[];
}>("evaluation/metrics.json");

metrics.forEach((expected, i) => {
  test(`metrics of set ${i + 1} (${expected.classes} classes) are scikit-learn's`, () => {
    const { classes, labels, predicted } = expected;
    const confusion = confusionMatrix(labels, predicted, classes);
    assert.deepEqual(confusion, expected.confusion);
    const names = Array.from({ length: classes }, (_, c) => `class ${c}`);
    const actual = summarizeConfusion(confusion, names);
    for (const name of ["accuracy", "balancedAccuracy", "macroF1"] as const) {
      assertClose([actual[name]], [expected[name]], 1e-12, name);
    }
    for (const name of ["precision", "recall", "f1", "support"] as const) {
      assertClose(
        actual.perClass.map((metric) => metric[name]),
        expected[name],
        1e-12,
        name,
      );
    }
    assert.deepEqual(
      actual.perClass.map(({ name }) => name),
      names,
    );
  });
});

for (const { successes, trials, interval } of wilson) {
  test(`the interval of ${successes} of ${trials} is SciPy's`, () => {
    assertClose(wilsonInterval(successes, trials), interval, 1e-9, "interval");
  });
}

test("nothing tried says nothing", () => {
  assert.deepEqual(wilsonInterval(0, 0), [0, 1]);
});
