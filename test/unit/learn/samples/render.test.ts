/** Views are rendered by a thread beside the one that computes: the same bytes, in order, a batch ahead. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { encodePixels } from "../../../../data/image/decode.js";
import { renderView, viewParameters } from "../../../../data/views/views.js";
import { findBase } from "../../../../learn/bases/catalogue.js";
import { allViews, renderBatches, type ViewRef } from "../../../../learn/samples/render.js";
import { randomStream } from "../../../../rng/stream.js";
import { settledAugment } from "../../../../spec/pipeline/views.js";
import type { ImageRecord } from "../../../../spec/records/dataset.js";
import { runFileSchema } from "../../../../spec/runFile/runFile.js";

const augment = settledAugment(
  runFileSchema.parse({ name: "test", data: { path: "unused" }, augment: { views: 3 } }).augment,
);
const SEED = 5;
const input = { ...findBase("efficientnet-lite0").input, size: 32 };

/** Of other sizes, so that some are enlarged and some shrunk; the split of every image is `train`. */
async function drawnSet(sides: readonly number[]) {
  const stream = randomStream(1, "test-render");
  const encoded = await Promise.all(
    sides.map((side, image) =>
      encodePixels({
        data: Uint8Array.from({ length: side * side * 3 }, (_, i) => stream.word(image * 1e6 + i) >>> 24),
        width: side,
        height: side,
      }),
    ),
  );
  const records = sides.map(
    (_, image) => ({ split: "train", sha256: `${image}`.repeat(64).slice(0, 64) }) as ImageRecord,
  );
  const reads: number[] = [];
  const read = async (image: number): Promise<Buffer> => {
    reads.push(image);
    return encoded[image] as Buffer;
  };
  return { encoded, records, reads, read };
}

const batchesOf = (set: Awaited<ReturnType<typeof drawnSet>>, views: readonly ViewRef[], size: number) =>
  renderBatches(set, input, augment, SEED, views, size);

test("batches hold the views that were asked for, in order, as they are rendered alone", async () => {
  const set = await drawnSet([20, 90, 40, 36]);
  const views = allViews(set, [0, 1, 2, 3], 3);
  for (const size of [2, 5, 12, 32]) {
    let done = 0;
    for await (const { views: part, pixels } of batchesOf(set, views, size)) {
      assert.deepEqual(part, views.slice(done, done + size));
      const alone = part.map(({ image, view }) => {
        const { sha256 } = set.records[image] as ImageRecord;
        const parameters = view === 0 ? undefined : viewParameters(augment, SEED, sha256, view);
        return renderView(set.encoded[image] as Buffer, input, parameters);
      });
      assert.ok(Buffer.concat(await Promise.all(alone)).equals(pixels), `batches of ${size}, from ${done}`);
      done += part.length;
    }
    assert.equal(done, views.length);
  }
});

test("one batch is ahead, and no more: it is on its way before the one before it is handed out", async () => {
  const set = await drawnSet([20, 20, 20, 20]);
  const batches = batchesOf(set, allViews(set, [0, 1, 2, 3], 1), 1);
  await batches.next();
  assert.deepEqual(set.reads, [0, 1]);
  await batches.next();
  assert.deepEqual(set.reads, [0, 1, 2]);
  await batches.return(undefined);
});

test("an image that cannot be rendered fails its own batch, and nothing after it", async () => {
  const set = await drawnSet([20, 20, 20]);
  const damaged = { ...set, encoded: [...set.encoded] };
  damaged.encoded[1] = Buffer.from("no picture");
  const read = async (image: number): Promise<Buffer> => damaged.encoded[image] as Buffer;
  const batches = batchesOf({ ...damaged, read }, allViews(set, [0, 1, 2], 1), 1);
  assert.equal((await batches.next()).done, false);
  await assert.rejects(batches.next(), /not a canonical image: no PNG/);
  let rendered = 0;
  for await (const { views } of batchesOf(set, allViews(set, [0, 1, 2], 1), 1)) rendered += views.length;
  assert.equal(rendered, 3);
});
