/** What changed between two sets of images, by content. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type DiffImage, dataDiff } from "../../../../../client/models/diff/data.js";

const image = (
  content: string,
  label = "cat",
  split: DiffImage["split"] = "train",
  path = `${label}/${content}.jpg`,
): DiffImage => ({ path, sha256: content.repeat(64), label, split });

test("files with other names are no change, and neither is another order", () => {
  const a = [image("1"), image("2", "dog"), image("3", "dog", "test")];
  const b = a.toReversed().map((one) => ({ ...one, path: `renamed/${one.path}` }));
  const found = dataDiff(a, b);
  assert.deepEqual([found.same, found.added.count, found.removed.count], [3, 0, 0]);
  assert.deepEqual([found.relabelled.count, found.moved], [0, []]);
});

test("what is new, gone, relabelled and moved is counted, by class", () => {
  const a = [image("1"), image("2"), image("3", "dog"), image("4", "dog", "test"), image("5", "dog")];
  const b = [image("1"), image("2", "dog"), image("4", "dog", "train"), image("5", "dog"), image("6", "cow")];
  const found = dataDiff(a, b);
  assert.deepEqual(found.images, { a: 5, b: 5 });
  assert.equal(found.same, 2);
  assert.deepEqual(
    [found.added, found.removed].map(({ count, shown }) => [count, shown.map(({ path }) => path)]),
    [
      [1, ["cow/6.jpg"]],
      [1, ["dog/3.jpg"]],
    ],
  );
  assert.deepEqual(
    found.relabelled.shown.map(({ path, from, label }) => [path, from, label]),
    [["dog/2.jpg", "cat", "dog"]],
  );
  assert.deepEqual(found.moved, [{ from: "test", to: "train", images: 1 }]);
  assert.deepEqual(found.classes, [
    { name: "cat", a: 2, b: 1, added: 0, removed: 0, gained: 0, lost: 1 },
    { name: "cow", a: 0, b: 1, added: 1, removed: 0, gained: 0, lost: 0 },
    { name: "dog", a: 3, b: 3, added: 0, removed: 1, gained: 1, lost: 0 },
  ]);
});

test("every class adds up: what it had, with what came and without what went, is what it has", () => {
  // A fixed walk through labels and splits: whatever the images, nothing may be counted twice or lost.
  const labels = ["cat", "dog", "cow"];
  const splits = ["train", "validation", "test"] as const;
  let state = 7;
  const next = (below: number): number => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  const draw = (): DiffImage[] =>
    Array.from({ length: 60 }, (_, index) =>
      image(next(16).toString(16), labels[next(3)], splits[next(3)], `${index}.jpg`),
    );
  for (let round = 0; round < 50; round++) {
    const [a, b] = [draw(), draw()];
    const found = dataDiff(a, b);
    for (const one of found.classes)
      assert.equal(one.a + one.added - one.removed + one.gained - one.lost, one.b, JSON.stringify(one));
    assert.equal(found.images.a + found.added.count - found.removed.count, found.images.b);
    const back = dataDiff(b, a);
    assert.deepEqual(
      [back.same, back.added.count, back.removed.count, back.relabelled.count],
      [found.same, found.removed.count, found.added.count, found.relabelled.count],
    );
  }
});

test("a copy that is there once more was added, and equal bytes with the label of before are no relabelling", () => {
  const found = dataDiff(
    [image("1"), image("1", "dog")],
    [image("1", "dog", "test"), image("1"), image("1", "dog", "train", "again.jpg")],
  );
  assert.deepEqual([found.same, found.added.count, found.relabelled.count, found.moved.length], [2, 1, 0, 0]);
});

test("of many images the first by path are named, and all are counted", () => {
  const many = Array.from({ length: 50 }, (_, index) => ({
    ...image("1"),
    sha256: String(index),
    path: `${String(index).padStart(2, "0")}.jpg`,
  }));
  const { added } = dataDiff([], many.toReversed());
  assert.deepEqual([added.count, added.shown.length, added.shown[0]?.path], [50, 20, "00.jpg"]);
});
