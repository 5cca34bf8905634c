/** Dropout masks: share, scale, and their being a function of the place in the run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { dropoutMask } from "../../../../learn/training/step/dropout.js";

const LENGTH = 50_000;

for (const rate of [0.05, 0.2, 0.5, 0.95]) {
  test(`a rate of ${rate} drops that share and keeps the mean`, () => {
    const mask = dropoutMask(LENGTH, rate, 1, 2, 3, 4);
    const dropped = mask.filter((value) => value === 0).length;
    // Five standard errors of a binomial share.
    assert.ok(Math.abs(dropped / LENGTH - rate) < 5 * Math.sqrt((rate * (1 - rate)) / LENGTH));
    const kept = new Set(mask.filter((value) => value !== 0));
    assert.deepEqual([...kept], [Math.fround(1 / (1 - rate))]);
  });
}

test("a rate of nought keeps everything as it is", () => {
  assert.ok(dropoutMask(1000, 0, 1, 2, 3, 4).every((value) => value === 1));
});

test("the same place in the run gives the same mask, every other place another one", () => {
  const place = [7, 1, 2, 3] as const;
  const mask = dropoutMask(1000, 0.5, ...place);
  assert.deepEqual(dropoutMask(1000, 0.5, ...place), mask);
  place.forEach((_, position) => {
    const elsewhere = place.map((value, i) =>
      i === position ? value + 1 : value,
    ) as unknown as typeof place;
    assert.notDeepEqual(dropoutMask(1000, 0.5, ...elsewhere), mask);
  });
});

test("a longer batch begins with the mask of the shorter one", () => {
  const long = dropoutMask(1000, 0.5, 1, 2, 3, 4);
  assert.deepEqual(long.slice(0, 300), dropoutMask(300, 0.5, 1, 2, 3, 4));
});
