import assert from "node:assert/strict";
import { test } from "node:test";
import { surestOfEachClass } from "../../../../learn/evaluation/surest.js";

const made = (label: number, predicted: number, confidence: number) => ({
  path: `${label}-${confidence}`,
  label,
  predicted,
  confidence,
});

test("only right answers stand for their class, the most confident first, at most four", () => {
  const predictions = [
    ...[0.5, 0.9, 0.7, 0.6, 0.8].map((confidence) => made(0, 0, confidence)),
    made(0, 1, 0.99),
    made(1, 0, 0.99),
  ];
  assert.deepEqual(surestOfEachClass(predictions, 2), [["0-0.9", "0-0.8", "0-0.7", "0-0.6"], []]);
});

test("however many classes there are, there are at most 48 pictures", () => {
  for (const classes of [1, 13, 30, 48, 60, 1000]) {
    const predictions = Array.from({ length: 5 * classes }, (_, i) => made(i % classes, i % classes, i));
    const paths = surestOfEachClass(predictions, classes);
    assert.equal(paths.length, classes);
    const most = paths.flat().length;
    assert.ok(most <= 48 && most >= Math.min(classes, 48) && most > 0, `${most} for ${classes}`);
  }
});
