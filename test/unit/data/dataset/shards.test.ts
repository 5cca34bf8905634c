/** Which image is in which shard, and how little that changes when images come and go. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { distinctImages, shardsOf } from "../../../../data/dataset/shards.js";
import type { Shard, ShardImage } from "../../../../spec/records/features.js";

const image = (number: number): ShardImage => ({
  sha256: createHash("sha256").update(`image ${number}`).digest("hex"),
  views: 1 + (number % 3),
});
const images = (from: number, to: number): readonly ShardImage[] =>
  Array.from({ length: to - from }, (_, index) => image(from + index));
const bitsOf = (sha256: string): string =>
  [...sha256.slice(0, 16)].map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, "0")).join("");
const textsOf = (shards: readonly Shard[]): ReadonlySet<string> =>
  new Set(shards.map((shard) => JSON.stringify(shard)));

test("every image is in one shard, the one whose bits its digest begins with, in the order of the digests", () => {
  const all = images(0, 5_000);
  const shards = shardsOf(all, 100);
  assert.deepEqual(
    shards.flatMap((shard) => shard.images),
    all.toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : 1)),
  );
  for (const { prefix, images: own } of shards) {
    assert.ok(own.length > 0 && own.length <= 100, `${own.length}`);
    for (const { sha256 } of own) assert.ok(bitsOf(sha256).startsWith(prefix), `${sha256} in ${prefix}`);
  }
  assert.ok(shards.length >= 50 && shards.length <= 100, `${shards.length}`);
});

test("the order in which images are given says nothing", () => {
  assert.deepEqual(shardsOf(images(0, 300).toReversed(), 20), shardsOf(images(0, 300), 20));
});

test("an image that comes, or goes, changes its own shard, or halves that or joins it with its other half", () => {
  const before = textsOf(shardsOf(images(0, 2_000), 50));
  for (let number = 2_000; number < 2_050; number++) {
    const after = textsOf(shardsOf([...images(0, 2_000), image(number)], 50));
    assert.ok([...before].filter((shard) => !after.has(shard)).length === 1, `image ${number}`);
    assert.ok([...after].filter((shard) => !before.has(shard)).length <= 2, `image ${number}`);
  }
});

test("few images are one shard, and none is none", () => {
  assert.deepEqual(
    shardsOf(images(0, 9), 9).map(({ prefix }) => prefix),
    [""],
  );
  assert.deepEqual(shardsOf([], 9), []);
});

test("two images with one digest cannot be told apart, and are refused", () => {
  assert.throws(() => shardsOf([image(1), image(1)], 1), /in the set twice/);
});

test("copies of an image count once, with the most views that one of them has", () => {
  const records = (["test", "train", "validation"] as const).map((split) => ({ sha256: "a", split }));
  assert.deepEqual(distinctImages([...records, { sha256: "b", split: "test" }], 4), [
    { sha256: "a", views: 4 },
    { sha256: "b", views: 1 },
  ]);
});
