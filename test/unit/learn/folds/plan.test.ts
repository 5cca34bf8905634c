/** Which images a fold holds out, and how many folds there are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { planFolds } from "../../../../learn/folds/plan.js";
import { type Foldable, foldSplits } from "../../../../learn/folds/splits.js";

/** Images of each class, a group each unless `grouped` says how many share one; split 7:1:2 in turn. */
function images(counts: readonly number[], grouped = 1): Foldable[] {
  return counts.flatMap((count, label) =>
    Array.from({ length: count }, (_, i): Foldable => {
      const turn = Math.floor(i / grouped) % 10;
      return {
        label,
        group: `${label}-${Math.floor(i / grouped)}`,
        split: turn < 2 ? "test" : turn < 3 ? "validation" : "train",
      };
    }),
  );
}
const NAMES = ["cat", "dog", "ant"];

test("every image is held out once, stratified, groups whole, the rest in the split's proportion", () => {
  const records = images([60, 40, 20], 2);
  const folds = foldSplits(records, 3, 5, 7);
  assert.equal(folds.length, 5);
  records.forEach((_, image) => {
    assert.equal(folds.filter((splits) => splits[image] === "test").length, 1);
  });
  for (const splits of folds) {
    const heldOut = [0, 1, 2].map(
      (c) => records.filter(({ label }, image) => label === c && splits[image] === "test").length,
    );
    assert.deepEqual(heldOut, [12, 8, 4]);
    for (const [image, { group }] of records.entries()) {
      const first = records.findIndex((other) => other.group === group);
      assert.equal(splits[image], splits[first], "a group is divided");
    }
    const validation = splits.filter((split) => split === "validation").length;
    assert.ok(Math.abs(validation - 96 / 8) <= 3, `${validation} validation images`);
  }
  assert.deepEqual(foldSplits(records, 3, 5, 7), folds);
  assert.notDeepEqual(foldSplits(records, 3, 5, 8), folds);
});

const question = { asked: "auto", classes: NAMES, ownSplits: false, knownToBase: 0, seed: 1 } as const;

const PLANS: Readonly<
  Record<string, { question: Parameters<typeof planFolds>[0]; count: number; says: RegExp }>
> = {
  "a small set": {
    question: { ...question, records: images([60, 60, 60]) },
    count: 5,
    says: /^5 folds; only 36 images are held out$/,
  },
  "just below the limit": {
    question: { ...question, records: images([90, 90, 111]) },
    count: 5,
    says: /only 59 images/,
  },
  "a set whose hold-out says enough": {
    question: { ...question, records: images([100, 100, 100]) },
    count: 0,
    says: /^no folds: 60 held-out images/,
  },
  "a large set with folds asked for": {
    question: { ...question, asked: 3, records: images([100, 100, 100]) },
    count: 3,
    says: /^3 folds; the run file asks/,
  },
  "none asked for": {
    question: { ...question, asked: 0, records: images([20, 20, 20]) },
    count: 0,
    says: /evaluation\.folds: 0/,
  },
  "a class of four": {
    question: { ...question, records: images([20, 20, 4]) },
    count: 4,
    says: /^4 folds, not 5: class ant has no more to spread/,
  },
  "a class of two": {
    question: { ...question, records: images([20, 20, 2]) },
    count: 0,
    says: /^no folds: class ant has 2 images or groups of its own/,
  },
  "a class whose images are all of one group": {
    question: { ...question, records: images([20, 20, 10], 10) },
    count: 0,
    says: /class ant has 1 image or group/,
  },
  "splits that came with the images": {
    question: { ...question, ownSplits: true, records: images([20, 20, 20]) },
    count: 0,
    says: /the images came with splits that say which are held out/,
  },
  "a base that was tuned with the images, even where folds are asked for": {
    question: { ...question, asked: 4, knownToBase: 42, records: images([20, 20, 20]) },
    count: 0,
    says: /the base was tuned with 42 of these images/,
  },
  "splits that came with the images, and folds asked for": {
    question: { ...question, ownSplits: true, asked: 4, records: images([20, 20, 20]) },
    count: 4,
    says: /^4 folds/,
  },
};
for (const [name, { question: asked, count, says }] of Object.entries(PLANS)) {
  test(`${name}: ${count} folds`, () => {
    const plan = planFolds(asked);
    assert.equal(plan.count, count, plan.reason);
    assert.match(plan.reason, says);
  });
}

test("a fold that could not learn a class is never planned", () => {
  // One group holds nearly all of a class: whatever fold holds it out has next to nothing of the class left.
  const records: Foldable[] = [
    ...images([30]),
    ...Array.from({ length: 12 }, (_, i): Foldable => {
      const group = i < 10 ? "big" : `small-${i}`;
      return { label: 1, group, split: i < 10 ? "train" : i === 10 ? "test" : "validation" };
    }),
  ];
  const { count } = planFolds({ ...question, classes: NAMES.slice(0, 2), records });
  assert.ok(count === 3 || count === 2, `${count}`);
  for (const splits of foldSplits(records, 2, count, 1)) {
    const learned = records.filter(({ label }, image) => label === 1 && splits[image] === "train");
    assert.ok(learned.length > 0);
  }
});
