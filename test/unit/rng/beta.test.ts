/** Draws from Beta(α, α) against its distribution function. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { betaDraw } from "../../../rng/beta.js";
import { randomStream } from "../../../rng/stream.js";

const DRAWS = 4000;

function draws(alpha: number, seed = 3): number[] {
  return Array.from({ length: DRAWS }, (_, i) => betaDraw(randomStream(seed, "beta-test", i), alpha)).sort(
    (a, b) => a - b,
  );
}

/** Distribution functions that can be written down. */
const KNOWN: Readonly<Record<string, (x: number) => number>> = {
  "0.5": (x) => (2 / Math.PI) * Math.asin(Math.sqrt(x)),
  "1": (x) => x,
  "2": (x) => 3 * x ** 2 - 2 * x ** 3,
};
for (const [alpha, distribution] of Object.entries(KNOWN)) {
  test(`Beta(${alpha}, ${alpha}) passes a Kolmogorov–Smirnov test`, () => {
    const distance = Math.max(
      ...draws(Number(alpha)).map((x, i) =>
        Math.max(Math.abs(distribution(x) - i / DRAWS), Math.abs(distribution(x) - (i + 1) / DRAWS)),
      ),
    );
    // Critical value at 1 %.
    assert.ok(distance < 1.63 / Math.sqrt(DRAWS), `distance ${distance}`);
  });
}

for (const alpha of [0.05, 0.2, 10]) {
  test(`Beta(${alpha}, ${alpha}) has mean 1/2 and variance 1 / (4 (2α + 1))`, () => {
    const values = draws(alpha);
    assert.ok(values.every((value) => value >= 0 && value <= 1));
    const mean = values.reduce((sum, value) => sum + value, 0) / DRAWS;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / DRAWS;
    const expected = 1 / (4 * (2 * alpha + 1));
    // Four standard errors.
    assert.ok(Math.abs(mean - 0.5) < 4 * Math.sqrt(expected / DRAWS), `mean ${mean}`);
    assert.ok(Math.abs(variance / expected - 1) < 0.08, `variance ${variance}, expected ${expected}`);
  });
}

test("a draw is a function of the stream, and tiny alphas give no NaN", () => {
  assert.deepEqual(draws(0.4), draws(0.4));
  assert.notDeepEqual(draws(0.4), draws(0.4, 4));
  assert.ok(draws(0.001).every((value) => value >= 0 && value <= 1));
});
