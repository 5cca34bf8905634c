/** The sign-flip test against SciPy's permutation_test, wilcoxon and binomtest. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { signFlipTest } from "../../../../learn/evidence/signFlip.js";
import { randomStream } from "../../../../rng/stream.js";

interface Case {
  readonly name: string;
  readonly differences: readonly number[];
  readonly p: number;
}
const recorded = JSON.parse(readFileSync("test/fixtures/learn/evidence/signFlip.json", "utf8")) as {
  readonly exact: readonly Case[];
  readonly many: readonly Case[];
};
const DRAWS = 9999;
const tested = (differences: readonly number[], seed = 1): number =>
  signFlipTest(differences, randomStream(seed, "sign-flip-test"));

for (const { name, differences, p } of recorded.exact) {
  test(`all patterns of signs give SciPy's probability: ${name}`, () => {
    const ours = tested(differences);
    assert.ok(Math.abs(ours - p) < 1e-12, `${ours} and ${p}`);
  });
}

for (const { name, differences, p } of recorded.many) {
  test(`random patterns come near SciPy's exact probability: ${name}`, () => {
    const standardError = Math.sqrt((p * (1 - p)) / DRAWS);
    const estimates = [1, 2, 3, 4].map((seed) => tested(differences, seed));
    for (const ours of estimates) {
      assert.ok(Math.abs(ours - p) < 4 * standardError + 1 / DRAWS, `${ours} and ${p}`);
    }
    assert.ok(new Set(estimates).size > 1, "other seeds draw other patterns");
    assert.equal(tested(differences), estimates[0], "the same seed draws the same ones");
  });
}

const EDGES = [
  { what: "there are no images", differences: [], p: 1 },
  { what: "no loss changed", differences: [0, 0, 0], p: 1 },
  { what: "a loss is no number", differences: [0.5, Number.NaN, 0.5, 0.5, 0.5, 0.5, 0.5], p: 1 },
  { what: "a loss is infinite", differences: [Number.POSITIVE_INFINITY, 0.5, 0.5, 0.5, 0.5], p: 1 },
  { what: "20 of 20 losses fell", differences: Array.from({ length: 20 }, () => 0.1), p: 1 / 10_000 },
] as const;
for (const { what, differences, p } of EDGES) {
  test(`the probability is ${p} when ${what}`, () => assert.equal(tested(differences), p));
}
