/** Pairs that stand out by the features, and what must not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { suspectedCopies } from "../../../../learn/transferability/suspectedCopies.js";

/** Unit vectors in a plane, by their angle in degrees. */
const at = (...angles: readonly number[]) => {
  const values = angles.flatMap((angle) => [
    3 * Math.cos((angle * Math.PI) / 180),
    3 * Math.sin((angle * Math.PI) / 180),
  ]);
  return (groups: readonly string[]) => ({
    images: groups.map((group) => ({ group })),
    features: Float32Array.from(values),
  });
};

test("the nearest is suspected when it is near and the next one is much further, whatever its length", () => {
  const [pair, ...others] = suspectedCopies(at(0)(["a"]), at(10, 40, 90)(["b", "c", "d"]), 2);
  assert.deepEqual(others, []);
  assert.deepEqual([pair?.query, pair?.reference], [0, 0]);
  assert.ok(Math.abs((pair?.similarity ?? 0) - Math.cos(Math.PI / 18)) < 1e-6);
});

const NOTHING: readonly {
  what: string;
  references: ReturnType<ReturnType<typeof at>>;
}[] = [
  { what: "among look-alikes", references: at(10, 12, 14)(["b", "c", "d"]) },
  { what: "alone but too far", references: at(45, 170)(["b", "c"]) },
  { what: "of the query's own group", references: at(2, 50, 52)(["a", "b", "c"]) },
];
for (const { what, references } of NOTHING) {
  test(`an image ${what} is not suspected`, () => {
    assert.deepEqual(suspectedCopies(at(0)(["a"]), references, 2), []);
  });
}

test("known copies of the nearest do not hide it", () => {
  const pairs = suspectedCopies(at(0)(["a"]), at(10, 11, 60)(["b", "b", "c"]), 2);
  assert.deepEqual(
    pairs.map(({ reference }) => reference),
    [0],
  );
});

test("the most similar come first; without references there is nothing", () => {
  const pairs = suspectedCopies(at(0, 92)(["a", "b"]), at(10, 90)(["c", "d"]), 2);
  assert.deepEqual(
    pairs.map(({ query }) => query),
    [1, 0],
  );
  assert.deepEqual(suspectedCopies(at(0)(["a"]), { images: [], features: new Float32Array() }, 2), []);
});
