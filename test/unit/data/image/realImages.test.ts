/** Ingest of real photographs and scans, as far as they are on this machine. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, it } from "node:test";
import sharp from "sharp";
import { openDataset } from "../../../../data/dataset/dataset.js";
import { ingest } from "../../../../data/dataset/ingest.js";
import { decodeImage } from "../../../../data/image/decode.js";
import { SPLITS } from "../../../../spec/records/dataset.js";
import { difference, temporaryFolder } from "../pictures.js";

const SHARED = resolve("../shared/data");
const skip = !existsSync(SHARED) && `there is no ${SHARED}`;
const DATA = {
  test: 0.2,
  validation: 0.1,
  background: "white",
  keep_short_side: 320,
  leaks: "repair",
} as const;

describe("real images", { skip }, () => {
  it("brain-mri: all modes are read, copies stay together, names with spaces survive", async (t) => {
    const folder = await temporaryFolder(t);
    const summary = await ingest({
      source: join(SHARED, "brain-mri"),
      data: DATA,
      seed: 1,
      digestCache: join(folder, "digests.json"),
      out: join(folder, "out"),
      onProgress: () => undefined,
    });
    assert.deepEqual([summary.images, summary.quarantined.length, summary.classes], [253, 0, ["no", "yes"]]);
    // 25 files repeat another's bytes; more are the same scan saved again.
    assert.ok(summary.duplicateGroups >= 25 && summary.duplicateGroups <= 45, `${summary.duplicateGroups}`);
    const dataset = await openDataset(join(folder, "out"));
    t.after(() => dataset.close());
    const misnamed = dataset.records.filter(({ path, format }) => /\.jpe?g$/i.test(path) && format === "png");
    assert.equal(misnamed.length, 6);
    assert.ok(dataset.records.some(({ path }) => path === "no/1 no.jpeg"));
    const splits = new Map<string, Set<string>>();
    for (const { group, split } of dataset.records)
      splits.set(group, (splits.get(group) ?? new Set()).add(split));
    assert.ok([...splits.values()].every((own) => own.size === 1));
    const firstSplit = new Map<string, string>();
    for (const { sha256, split } of dataset.records) {
      assert.equal(firstSplit.get(sha256) ?? split, split);
      firstSplit.set(sha256, split);
    }
    assert.equal(firstSplit.size, 253 - 25);
    for (const label of [0, 1]) {
      const total = SPLITS.reduce((sum, split) => sum + (summary.counts[split][label] ?? 0), 0);
      assert.ok(Math.abs((summary.counts.test[label] ?? 0) / total - 0.2) < 0.02);
      assert.ok(Math.abs((summary.counts.validation[label] ?? 0) / total - 0.1) < 0.02);
    }
    for (const index of dataset.records.keys()) {
      const { width, height, space, channels } = await sharp(await dataset.read(index)).metadata();
      assert.ok(Math.min(width, height) <= 320 && space === "srgb" && channels === 3);
    }
  });

  it("sign-digits: the large photographs with EXIF orientation 6 stand upright", async () => {
    const folder = join(SHARED, "sign-digits");
    let checked = 0;
    for (const label of await readdir(folder)) {
      for (const name of await readdir(join(folder, label))) {
        const bytes = await readFile(join(folder, label, name));
        if (bytes.length < 100_000) continue;
        checked++;
        const { orientation } = await sharp(bytes).metadata();
        assert.equal(orientation, 6);
        const decoded = await decodeImage(bytes, { background: "white", keepShortSide: 320 });
        assert.deepEqual([decoded.width, decoded.height, decoded.pixels.width], [3024, 3024, 320]);
        // Independently: the stored pixels, turned by hand. Orientation 6 = the first row is the right side.
        const lying = await sharp(bytes).resize(320, 320).raw().toBuffer();
        const upright = new Uint8Array(lying.length);
        for (let row = 0; row < 320; row++) {
          for (let column = 0; column < 320; column++) {
            const from = (row * 320 + column) * 3;
            upright.set(lying.subarray(from, from + 3), (column * 320 + (319 - row)) * 3);
          }
        }
        assert.ok(difference(decoded.pixels.data, upright).mean < 1.5);
        assert.ok(difference(decoded.pixels.data, lying).mean > 5);
      }
    }
    assert.equal(checked, 3);
  });
});
