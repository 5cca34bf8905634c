/** Marks of images that are unlike the held-out ones: p-values against scikit-learn's neighbours, and the promise that they make. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  familiarity,
  familiarOf,
  markedBelow,
  NEIGHBOURS,
} from "../../../../learn/evaluation/familiarity.js";
import { randomStream } from "../../../../rng/stream.js";
import { assertClose, fixture } from "../support.js";

const { cases } = fixture<{
  cases: { images: number; width: number; held: number[]; asked: number[][]; pValues: number[] }[];
}>("evaluation/familiarity.json");

/** Points about one of two centres, `[count, WIDTH]`. */
const WIDTH = 6;
function points(seed: number, count: number): Float32Array {
  const stream = randomStream(seed, "points about centres");
  let word = 0;
  const next = (): number => stream.uniform(word++) + stream.uniform(word++) + stream.uniform(word++) - 1.5;
  return Float32Array.from(
    { length: count * WIDTH },
    (_, i) => (Math.floor(i / WIDTH) % 2 === i % 2 ? 2 : 0) + next(),
  );
}
const pointOf = (all: Float32Array, row: number): Float32Array => all.slice(row * WIDTH, (row + 1) * WIDTH);

describe("familiarity", () => {
  for (const { images, width, held, asked, pValues } of cases)
    it(`of ${images} images with ${width} features is what the whole bag gives`, () => {
      const known = familiarOf(Float32Array.from(held), width);
      const found = asked.map((features) => familiarity(known, Float32Array.from(features)));
      assertClose(found, pValues, 1e-12, "p-values");
      assert.ok(Math.min(...found) === 1 / (images + 1), "the farthest is farther than all");
    });

  it("marks no more of images like the held-out ones than it promises", () => {
    const [splits, held, asked] = [60, 99, 50];
    let marked = 0;
    for (let split = 0; split < splits; split++) {
      const all = points(split, held + asked);
      const known = familiarOf(all.slice(0, held * WIDTH), WIDTH);
      const below = markedBelow(held) ?? assert.fail();
      for (let row = held; row < held + asked; row++)
        if (familiarity(known, pointOf(all, row)) <= below) marked++;
    }
    // 30 are expected of 3,000. Images of a split share its held-out ones, so that their marks come together.
    assert.ok(marked > 5 && marked < 75, `${marked} of ${splits * asked}`);
  });

  it("does not mind how long features are, and marks other directions", () => {
    const known = familiarOf(points(1, 99), WIDTH);
    const own = pointOf(points(2, 4), 1);
    assert.equal(
      familiarity(
        known,
        own.map((value) => 4 * value),
      ),
      familiarity(known, own),
    );
    assert.equal(
      familiarity(
        known,
        own.map((value) => -value),
      ),
      0.01,
    );
    assert.equal(familiarity(known, new Float32Array(WIDTH)), 0.01, "features of nothing at all");
  });

  it("counts an image that is there three times as one that is known", () => {
    const held = points(3, 40);
    const odd = Float32Array.from({ length: WIDTH }, () => -3);
    const known = (times: number) =>
      familiarOf(
        Float32Array.from([...held, ...Array.from({ length: times }, () => [...odd]).flat()]),
        WIDTH,
      );
    assert.equal(familiarity(known(0), odd), 1 / 41);
    assert.ok(familiarity(known(NEIGHBOURS), odd) > 0.9);
  });

  it("marks nothing where one in twenty or more would be marked by chance", () => {
    assert.equal(markedBelow(18), undefined);
    assert.equal(markedBelow(19), 0.05);
    assert.equal(markedBelow(99), 0.01);
    assert.equal(markedBelow(500), 0.01);
  });

  it("refuses features without a width", () =>
    assert.throws(() => familiarOf(new Float32Array(3), 0), RangeError));
});
