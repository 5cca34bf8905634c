/** Random streams: distribution, independence, and draws as a pure function of where they are made. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { permutation, type RandomStream, randomStream } from "../../../rng/stream.js";

const DRAWS = 40_000;

function uniforms(stream: RandomStream): number[] {
  return Array.from({ length: DRAWS }, (_, i) => stream.uniform(i));
}

function correlation(a: readonly number[], b: readonly number[]): number {
  // Uniform on [0, 1): mean 1/2, variance 1/12.
  return (a.reduce((sum, x, i) => sum + (x - 0.5) * ((b[i] as number) - 0.5), 0) / a.length) * 12;
}

/** Five standard errors of a correlation of independent draws. */
const CHANCE = 5 / Math.sqrt(DRAWS);

test("uniform numbers fill [0, 1) evenly", () => {
  const values = uniforms(randomStream(1, "test"));
  const bins = new Array<number>(20).fill(0);
  for (const value of values) {
    assert.ok(value >= 0 && value < 1);
    const bin = Math.floor(value * bins.length);
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  const expected = DRAWS / bins.length;
  const chiSquare = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 99.99 % quantile of chi-square with 19 degrees of freedom.
  assert.ok(chiSquare < 50.8, `chi-square ${chiSquare}`);
});

test("a uniform number is exact in float32", () => {
  for (const value of uniforms(randomStream(2, "test")).slice(0, 1000))
    assert.equal(Math.fround(value), value);
});

const STREAMS: readonly (readonly [string, RandomStream])[] = [
  ["another purpose", randomStream(1, "shuffle", 1, 2, 3)],
  ["another seed", randomStream(2, "dropout", 1, 2, 3)],
  ["another first coordinate", randomStream(1, "dropout", 2, 2, 3)],
  ["another second coordinate", randomStream(1, "dropout", 1, 3, 3)],
  ["another third coordinate", randomStream(1, "dropout", 1, 2, 4)],
  ["swapped coordinates", randomStream(1, "dropout", 2, 1, 3)],
];

for (const [what, other] of STREAMS) {
  test(`a stream with ${what} is independent`, () => {
    const first = uniforms(randomStream(1, "dropout", 1, 2, 3));
    const second = uniforms(other);
    for (const lag of [0, 1, 4]) {
      assert.ok(Math.abs(correlation(first.slice(lag), second)) < CHANCE, `lag ${lag}`);
    }
  });
}

test("consecutive numbers of a stream are independent", () => {
  const values = uniforms(randomStream(7, "test"));
  for (const lag of [1, 2, 3, 4, 5]) {
    assert.ok(Math.abs(correlation(values.slice(lag), values)) < CHANCE, `lag ${lag}`);
  }
});

test("a draw does not depend on what was drawn before it", () => {
  const forward = randomStream(3, "test", 5);
  const backward = randomStream(3, "test", 5);
  const indices = Array.from({ length: 50 }, (_, i) => i);
  const first = indices.map((i) => forward.word(i));
  const second = [...indices].reverse().map((i) => backward.word(i));
  assert.deepEqual(first, second.reverse());
});

test("more coordinates than the counter has room for are refused", () => {
  assert.throws(() => randomStream(1, "test", 1, 2, 3, 4), RangeError);
});

for (const length of [0, 1, 2, 5, 1000]) {
  test(`a permutation of ${length} holds every position once`, () => {
    const order = permutation(length, randomStream(9, "shuffle", length));
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      Array.from({ length }, (_, i) => i),
    );
  });
}

test("every permutation of three comes up equally often", () => {
  const counts = new Map<string, number>();
  const trials = 12_000;
  for (let i = 0; i < trials; i++) {
    const order = permutation(3, randomStream(4, "shuffle", i)).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.equal(counts.size, 6);
  // Five standard errors of a binomial share of one sixth.
  const allowed = 5 * Math.sqrt(trials * (1 / 6) * (5 / 6));
  for (const count of counts.values()) assert.ok(Math.abs(count - trials / 6) < allowed, String(count));
});

test("the same seed and epoch give the same order, another epoch another one", () => {
  const order = (epoch: number) => [...permutation(100, randomStream(1, "shuffle", 1, epoch))];
  assert.deepEqual(order(3), order(3));
  assert.notDeepEqual(order(3), order(4));
});
