/** Paired differences, adjusted p-values and normal quantiles against SciPy and statsmodels. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { holm } from "../../../../learn/proof/holm.js";
import { normalQuantile } from "../../../../learn/proof/normalQuantile.js";
import { type PairedCounts, pairedDifference } from "../../../../learn/proof/pairedDifference.js";

interface Fixture {
  readonly intervals: readonly (PairedCounts & {
    confidence: number;
    z: number;
    lower: number;
    upper: number;
  })[];
  readonly holm: readonly { readonly p: readonly number[]; readonly adjusted: readonly number[] }[];
  readonly quantiles: readonly (readonly [number, number])[];
}

const fixture = JSON.parse(
  readFileSync("test/fixtures/learn/proof/pairedDifference.json", "utf8"),
) as Fixture;

const close = (actual: number, expected: number, within: number, what: string): void =>
  assert.ok(Math.abs(actual - expected) <= within, `${what}: ${actual}, not ${expected}`);

for (const { confidence, z, lower, upper, ...counts } of fixture.intervals) {
  const { images, onlyChallenger, onlyChampion } = counts;
  test(`of ${images} images, ${onlyChallenger} gained and ${onlyChampion} lost: the interval at ${confidence}`, () => {
    const [low, high] = pairedDifference(counts, z);
    close(low, lower, 1e-6, "lower end");
    close(high, upper, 1e-6, "upper end");
  });
}

test("the interval of the other order is the same one, turned round", () => {
  for (const { z, images, onlyChallenger, onlyChampion } of fixture.intervals) {
    const [low, high] = pairedDifference({ images, onlyChallenger, onlyChampion }, z);
    const turned = pairedDifference(
      { images, onlyChallenger: onlyChampion, onlyChampion: onlyChallenger },
      z,
    );
    close(turned[0], -high, 1e-9, "lower end");
    close(turned[1], -low, 1e-9, "upper end");
  }
});

test("p-values of several tests are adjusted as statsmodels does", () => {
  for (const { p, adjusted } of fixture.holm)
    holm(p).forEach((value, index) => {
      close(value, adjusted[index] as number, 1e-12, `p ${p}`);
    });
  assert.deepEqual(holm([]), []);
});

test("normal quantiles are SciPy's", () => {
  for (const [probability, z] of fixture.quantiles)
    close(normalQuantile(probability), z, 1e-9 * Math.max(1, Math.abs(z)), `z at ${probability}`);
});
