/** Which runs have shards, and how few activities compute them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  hasShards,
  imageShardSize,
  MOST_PORTIONS,
  portionId,
  portionsOf,
  shardImages,
  shardPlanId,
  stageOfShards,
} from "../../../../spec/pipeline/shards.js";
import { runFileSchema } from "../../../../spec/runFile/runFile.js";

const parsed = (more: object) => runFileSchema.parse({ name: "test", data: { path: "images" }, ...more });
const sizeOf = (more: object) => shardImages({ file: parsed(more) });

test("auto has shards where machines share them or nobody reads activations", () => {
  assert.equal(sizeOf({}), undefined);
  assert.equal(sizeOf({ parallel: 4 }), 2_000);
  assert.equal(sizeOf({ recipe: "extractor-only" }), 2_000);
  assert.equal(sizeOf({ unfreeze: { stages: [] } }), 2_000);
  assert.equal(sizeOf({ unfreeze: { stages: [] }, compare: { scratch: true } }), undefined);
  assert.equal(sizeOf({ unfreeze: { stages: [], surgical: "first-block" } }), undefined);
});

test("a number is a number, off is off, and run files of before say nothing of it", () => {
  assert.equal(sizeOf({ shards: { images: 500 } }), 500);
  assert.equal(sizeOf({ shards: { images: "off" }, parallel: 4 }), undefined);
  const { shards: _shards, ...file } = parsed({ parallel: 4 });
  assert.equal(shardImages({ file: file as ReturnType<typeof parsed> }), undefined);
  assert.ok(hasShards(4_000, 2_000) && !hasShards(3_999, 2_000));
});

test("images are read in shards where machines share them, or a number asks for it", () => {
  const sizeOfImages = (more: object) => imageShardSize({ file: parsed(more) });
  assert.equal(sizeOfImages({}), undefined);
  assert.equal(
    sizeOfImages({ recipe: "extractor-only" }),
    undefined,
    "they would be written twice for nothing",
  );
  assert.equal(sizeOfImages({ parallel: 4 }), 2_000);
  assert.equal(sizeOfImages({ shards: { images: 500 } }), 500);
  assert.equal(sizeOfImages({ shards: { images: "off" }, parallel: 4 }), undefined);
  const { shards: _shards, ...file } = parsed({ parallel: 4 });
  assert.equal(imageShardSize({ file: file as ReturnType<typeof parsed> }), undefined);
});

test("every shard is in one portion, in order, and there are no more portions than the history bears", () => {
  assert.deepEqual(portionsOf([3, 5, 8]), [[3], [5], [8]]);
  assert.deepEqual(portionsOf([]), []);
  for (const count of [1, 500, 501, 600, 999, 1_000, 123_456]) {
    const all = Array.from({ length: count }, (_, index) => index);
    const portions = portionsOf(all);
    assert.deepEqual(portions.flat(), all);
    assert.ok(portions.length <= MOST_PORTIONS, `${count}: ${portions.length}`);
    const sizes = portions.map(({ length }) => length);
    assert.ok(Math.min(...sizes) > 0);
  }
});

test("ids of their activities say whose they are, and those of stages do not", () => {
  for (const stage of ["ingest", "features", "features-2"]) {
    assert.equal(stageOfShards(shardPlanId(stage)), stage);
    assert.equal(stageOfShards(portionId(stage, 12)), stage);
    assert.equal(stageOfShards(stage), undefined);
  }
});
