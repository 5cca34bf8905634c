/** Which held-out images later ones may be compared with, and what is drawn of many. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { witnesses } from "../../../../data/dataset/witnesses.js";
import { sampled } from "../../../../data/sampled.js";

const image = (group: string, split: "train" | "test", twin?: "bytes" | "look") => ({
  group,
  split,
  ...(twin === undefined ? {} : { twin }),
});

describe("witnesses", () => {
  it("are test images, one of each group, without copies among those that were learned", () => {
    const [a, again, b] = [image("a", "test"), image("a", "test"), image("b", "test")];
    const others = [image("c", "train"), image("d", "test", "bytes"), image("e", "test", "look")];
    assert.deepEqual(witnesses([a, ...others, again, b], 10), [a, b]);
  });
});

describe("a sample", () => {
  it("is all where there are few, else so many different ones in their order, always the same", () => {
    const items = Array.from({ length: 100 }, (_, index) => index);
    assert.deepEqual(sampled(items, 100, "test"), items);
    const some = sampled(items, 30, "test");
    assert.equal(new Set(some).size, 30);
    assert.deepEqual(
      some,
      some.toSorted((x, y) => x - y),
    );
    assert.deepEqual(some, sampled(items, 30, "test"));
    assert.notDeepEqual(some, sampled(items, 30, "another"));
  });
});
