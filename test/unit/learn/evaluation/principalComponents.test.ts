/** Principal components against scikit-learn's. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { principalComponents } from "../../../../learn/evaluation/principalComponents.js";
import { matrix } from "../../../../learn/transferability/matrix.js";
import { assertClose, fixture } from "../support.js";

const { cases } = fixture<{
  cases: { name: string; columns: number; points: number[]; scores: number[]; explained: number[] }[];
}>("evaluation/featureMap.json");

for (const { name, columns, points, scores, explained } of cases) {
  test(`${name}: scores and shares of the variance are scikit-learn's, but for the sign`, () => {
    const found = principalComponents(matrix(points.length / columns, columns, points), 2);
    assertClose(found.explained, explained, 1e-8, "shares of the variance");
    for (const axis of [0, 1]) {
      const theirs = scores.filter((_, i) => i % 2 === axis);
      const own = [...found.scores.data].filter((_, i) => i % 2 === axis);
      const sign = Math.sign(theirs.reduce((sum, value, i) => sum + value * (own[i] ?? 0), 0));
      assertClose(
        own,
        theirs.map((value) => sign * value),
        1e-5,
        `scores on axis ${axis}`,
      );
      assert.ok(Math.max(...own) >= -Math.min(...own), "the extreme is on the positive side");
    }
  });
}

for (const [name, rows, values] of [
  ["points that are all the same", 3, [1, 2, 1, 2, 1, 2]],
  ["points on a line", 3, [0, 0, 1, 2, 2, 4]],
  ["a single point", 1, [5, 7]],
] as const) {
  test(`${name}: directions that are not there have neither scores nor variance`, () => {
    const { scores, explained } = principalComponents(matrix(rows, 2, values), 2);
    assert.equal(scores.data.length, 2 * rows);
    assert.ok(scores.data.every(Number.isFinite));
    assert.ok((explained[1] ?? 1) < 1e-12, `${explained}`);
    assert.ok(Math.abs((explained[0] ?? 0) - (name === "points on a line" ? 1 : 0)) < 1e-12);
  });
}
