/** The statistics of drift against SciPy and scikit-learn. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { aucOf, crossFit, scoresOf } from "../../../../learn/drift/crossFitted.js";
import {
  chiSquare,
  distanceP,
  distributionDistance,
  sharesP,
} from "../../../../learn/drift/distributions.js";
import { byConfidence, byThreshold, estimateAccuracy } from "../../../../learn/drift/estimates.js";
import { consecutive, PERMUTATIONS, permutationP, permuted } from "../../../../learn/drift/permuted.js";
import { matrix } from "../../../../learn/transferability/matrix.js";
import { randomStream } from "../../../../rng/stream.js";
import { FIXTURES } from "../support.js";

interface Fixture {
  readonly distances: readonly { first: number[]; second: number[]; distance: number; pValue: number }[];
  readonly shares: readonly { table: [number, number, number, number]; pValue: number }[];
  readonly tables: readonly { counts: [number[], number[]]; statistic: number }[];
  readonly crossed: readonly {
    width: number;
    features: number[];
    second: boolean[];
    folds: number[];
    penalty: number;
    scores: number[];
    auc: number;
  }[];
  readonly estimates: readonly {
    confidences: number[];
    right: boolean[];
    fresh: number[];
    confidence: number;
    threshold: number;
  }[];
}

const fixture = JSON.parse(readFileSync(join(FIXTURES, "drift/drift.json"), "utf8")) as Fixture;

function assertNear(actual: number, expected: number, within: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= within, `${what}: ${actual} instead of ${expected}`);
}

describe("statistics of drift", () => {
  it("have SciPy's Kolmogorov–Smirnov distances and exact p-values, ties included", () => {
    for (const { first, second, distance, pValue } of fixture.distances) {
      assertNear(distributionDistance(first, second), distance, 1e-12, "distance");
      assertNear(distanceP(distance, first.length, second.length), pValue, 1e-10, "p");
    }
    assert.equal(distanceP(0, 20, 20), 1);
    assert.equal(distributionDistance([1, 1, 1], [1, 1]), 0);
  });

  it("have SciPy's p-values of Fisher's exact test and its chi-square statistics", () => {
    for (const { table, pValue } of fixture.shares) assertNear(sharesP(...table), pValue, 1e-9, "p");
    for (const { counts, statistic } of fixture.tables) {
      const kinds = counts.flatMap((side) =>
        side.flatMap((count, kind) => new Array<number>(count).fill(kind)),
      );
      const before = counts[0].reduce((sum, count) => sum + count, 0);
      const second = kinds.map((_, row) => row >= before);
      assertNear(chiSquare(kinds, second, counts[0].length), statistic, 1e-9, "statistic");
    }
    assert.equal(chiSquare([0, 0, 0], [true, false, true], 2), 0);
  });

  it("score rows like scikit-learn's ridge regression fitted to the other folds, with its AUC", () => {
    for (const { width, features, second, folds, penalty, scores, auc } of fixture.crossed) {
      const fitted = crossFit(matrix(second.length, width, features), folds, penalty);
      const own = scoresOf(fitted, second);
      scores.forEach((score, row) => {
        assertNear(own[row] as number, score, 1e-7, `score of row ${row}`);
      });
      assertNear(aucOf(own, second), auc, 1e-12, "AUC");
    }
    assert.equal(aucOf(Float64Array.from([1, 1, 1, 1]), [true, false, true, false]), 0.5);
  });

  it("estimate accuracy as the methods' authors define it, within [0, 1]", () => {
    for (const { confidences, right, fresh, confidence, threshold } of fixture.estimates) {
      const known = confidences.map((own, index) => ({ confidence: own, isRight: right[index] as boolean }));
      assertNear(byConfidence(known, fresh), confidence, 1e-12, "by confidence");
      assertNear(byThreshold(known, fresh), threshold, 1e-12, "by threshold");
    }
    const sure = [1, 1, 1, 1].map((confidence) => ({ confidence, isRight: true }));
    assertNear(byConfidence(sure, [0.1]), 0.1, 1e-12, "by confidence");
    assert.equal(
      byConfidence(
        sure.map((one) => ({ ...one, isRight: false })),
        [0.1],
      ),
      0,
    );
    const mixed = [true, true, false, false].map((isRight) => ({ confidence: 1, isRight }));
    assert.equal(byThreshold(mixed, [1, 1]), 0.5, "equal confidences at the threshold are no better images");
  });

  it("state an error that estimates keep to on images of the same kind in 95 of 100 cases", () => {
    const stream = randomStream(3, "answers");
    const drawn = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => {
        const confidence = 0.5 + 0.5 * stream.uniform(2 * (from + index));
        return { confidence, isRight: stream.uniform(2 * (from + index) + 1) < confidence };
      });
    let kept = 0;
    const trials = 30;
    for (let trial = 0; trial < trials; trial++) {
      const [known, fresh] = [drawn(trial * 400, 200), drawn(trial * 400 + 200, 100)];
      const confidences = fresh.map(({ confidence }) => confidence);
      const [estimate] = estimateAccuracy(known, confidences, randomStream(trial, "halvings"));
      assert.ok(estimate !== undefined);
      const truth = fresh.filter(({ isRight }) => isRight).length / fresh.length;
      if (Math.abs(estimate.accuracy - truth) <= estimate.error) kept++;
    }
    assert.ok(kept >= 0.86 * trials, `${kept} of ${trials}`);
  });

  it("permute the membership within strata, and never give a p of 0", () => {
    const second = [true, true, false, false, true, false];
    const strata = [0, 0, 0, 1, 1, 1];
    let draws = 0;
    for (const dealt of permuted(second, strata, consecutive(randomStream(1, "strata")))) {
      draws++;
      assert.equal(dealt.slice(0, 3).filter(Boolean).length, 2);
      assert.equal(dealt.slice(3).filter(Boolean).length, 1);
    }
    assert.equal(draws, PERMUTATIONS);
    assert.deepEqual(second, [true, true, false, false, true, false]);
    const many = Array.from({ length: 40 }, (_, row) => row < 20);
    const isFirst = (own: readonly boolean[]): number => own.slice(0, 20).filter(Boolean).length;
    const next = consecutive(randomStream(2, "p"));
    assert.equal(
      permutationP(
        isFirst,
        many,
        many.map(() => 0),
        next,
      ),
      1 / (1 + PERMUTATIONS),
    );
    assert.equal(
      permutationP(
        () => 1,
        many,
        many.map(() => 0),
        next,
      ),
      1,
    );
  });
});
