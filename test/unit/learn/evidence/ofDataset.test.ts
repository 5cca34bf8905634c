/** What a dataset tells of how much may be tuned on it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { datasetEvidence } from "../../../../learn/evidence/ofDataset.js";
import type { DatasetSummary } from "../../../../spec/records/dataset.js";

const SUMMARY = {
  classes: ["disc", "moon"],
  counts: { train: [7, 3], validation: [2, 1], test: [2, 1] },
} as unknown as DatasetSummary;
const RECORDS = (["train", "validation", "validation", "validation"] as const).map((split, image) => ({
  split,
  group: image < 2 ? "one" : `${image}`,
}));

test("images to train on, the class with fewest of them, and validation images in their groups", () => {
  assert.deepEqual(datasetEvidence(SUMMARY, RECORDS), {
    trainImages: 10,
    smallestClass: { name: "moon", images: 3 },
    classes: 2,
    headroom: { images: 3, groups: 3 },
  });
});

test("copies across splits count where they were left there, not where they were taken out", () => {
  const leaksOf = (policy: string) =>
    datasetEvidence(
      { ...SUMMARY, faults: { leaks: { policy, count: 2 } } } as unknown as DatasetSummary,
      RECORDS,
    ).leaks;
  assert.equal(leaksOf("report"), 2);
  assert.equal(leaksOf("repair"), undefined);
});
