/** Rows of a sample file, and the images of the splits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { imagesOf, trainingImages, viewRows } from "../../../../learn/samples/views.js";
import { ThawError } from "../../../../spec/errors.js";
import type { ImageRecord, Split } from "../../../../spec/records/dataset.js";

function records(...splits: Split[]): ImageRecord[] {
  return splits.map((split, label) => ({ split, label }) as ImageRecord);
}

test("training images have several rows, others one", () => {
  const rows = viewRows(records("train", "test", "train", "validation"), 3);
  assert.deepEqual(rows, { rows: 8, views: 3, firstRow: [0, 3, 4, 7] });
});

test("images of a split are listed in order", () => {
  const all = records("train", "test", "train", "validation");
  assert.deepEqual(imagesOf(all, "train"), [0, 2]);
  assert.deepEqual(trainingImages(all), { train: [0, 2], validation: [3] });
});

for (const missing of ["train", "validation"] as const) {
  test(`without a ${missing} image there is nothing to train with`, () => {
    const all = records("train", "validation", "test").filter(({ split }) => split !== missing);
    assert.throws(
      () => trainingImages(all),
      (error) =>
        error instanceof ThawError && error.code === "DATA_INVALID" && error.message.includes(missing),
    );
  });
}
