/** Accuracy with and without test images that are known from training. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { leakedAccuracy } from "../../../../learn/evaluation/leakedAccuracy.js";

const records = [
  { path: "a", group: "1", split: "train" },
  { path: "b", group: "1", split: "test" },
  { path: "c", group: "2", split: "validation" },
  { path: "d", group: "2", split: "test" },
  { path: "e", group: "3", split: "test" },
  { path: "f", group: "4", split: "test" },
] as const;
const right = (path: string) => ({ path, label: 1, predicted: 1 });
const wrong = (path: string) => ({ path, label: 1, predicted: 0 });

test("test images with a copy in another split are told from the others", () => {
  assert.deepEqual(leakedAccuracy(records, [right("b"), right("d"), right("e"), wrong("f")]), {
    images: 2,
    accuracy: 1,
    accuracyOfOthers: 0.5,
  });
  assert.deepEqual(leakedAccuracy(records.slice(0, 2), [wrong("b")]), { images: 1, accuracy: 0 });
});

test("without leaks there is nothing to tell", () => {
  const clean = records.filter(({ split }) => split === "test");
  assert.equal(
    leakedAccuracy(
      clean,
      clean.map(({ path }) => right(path)),
    ),
    undefined,
  );
});
