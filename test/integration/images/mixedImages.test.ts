/** Ingest of images as people have them: every mode, wrong suffixes, names with spaces, copies, photographs that lie on their side. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import sharp, { type Sharp } from "sharp";
import { openDataset } from "../../../data/dataset/dataset.js";
import { ingest } from "../../../data/dataset/ingest.js";
import { decodeImage } from "../../../data/image/decode.js";
import { SPLITS } from "../../../spec/records/dataset.js";
import { drawnPicture } from "../../support/images/drawn.js";
import { difference, structured, temporaryFolder, toSharp } from "../../support/images/pictures.js";
import type { Shape } from "../../support/images/shapes.js";

const DATA = {
  test: 0.2,
  validation: 0.1,
  background: "white",
  keep_short_side: 80,
  leaks: "repair",
} as const;

const EACH = 46;
/** How the bytes of an image are written, by its number; the suffix of six of 92 is wrong. */
const MODES: readonly ((image: Sharp) => Sharp)[] = [
  (image) => image.jpeg(),
  (image) => image.greyscale().jpeg(),
  (image) => image.ensureAlpha(0.7).png(),
  (image) => image.png({ palette: true, colours: 32 }),
  (image) => image.toColourspace("rgb16").png(),
  (image) => image.toColourspace("cmyk").jpeg(),
  (image) => image.webp(),
  (image) => image.tiff(),
];
const SUFFIXES = ["jpg", "jpeg", "png", "png", "png", "jpg", "webp", "tif"];
const MISNAMED = [3, 11, 43];
const COPIED = [0, 9, 18, 27, 36];
const SAVED_AGAIN = [5, 14, 23];

describe("mixed images", () => {
  it("all modes are read, copies stay together, names with spaces survive", async (t) => {
    const folder = await temporaryFolder(t);
    for (const shape of ["ring", "square"] as const) await writeClass(join(folder, "images"), shape);
    const summary = await ingest({
      source: join(folder, "images"),
      data: DATA,
      seed: 1,
      digestCache: join(folder, "digests.json"),
      out: join(folder, "out"),
      onProgress: () => undefined,
    });
    const total = 2 * (EACH + COPIED.length + SAVED_AGAIN.length);
    assert.deepEqual(
      [summary.images, summary.quarantined.length, summary.classes],
      [total, 0, ["ring", "square"]],
    );
    assert.equal(summary.duplicateGroups, 2 * (COPIED.length + SAVED_AGAIN.length));
    const dataset = await openDataset(join(folder, "out"));
    t.after(() => dataset.close());
    const misnamed = dataset.records.filter(({ path, format }) => /\.jpe?g$/i.test(path) && format === "png");
    assert.equal(misnamed.length, 2 * MISNAMED.length);
    assert.ok(dataset.records.some(({ path }) => path === "ring/0 ring.jpg"));
    const splits = new Map<string, Set<string>>();
    for (const { group, split } of dataset.records)
      splits.set(group, (splits.get(group) ?? new Set()).add(split));
    assert.ok([...splits.values()].every((own) => own.size === 1));
    const firstSplit = new Map<string, string>();
    for (const { sha256, split } of dataset.records) {
      assert.equal(firstSplit.get(sha256) ?? split, split);
      firstSplit.set(sha256, split);
    }
    assert.equal(firstSplit.size, total - 2 * COPIED.length);
    for (const label of [0, 1]) {
      const own = SPLITS.reduce((sum, split) => sum + (summary.counts[split][label] ?? 0), 0);
      assert.ok(Math.abs((summary.counts.test[label] ?? 0) / own - DATA.test) < 0.03);
      assert.ok(Math.abs((summary.counts.validation[label] ?? 0) / own - DATA.validation) < 0.03);
    }
    for (const index of dataset.records.keys()) {
      const { width, height, space, channels } = await sharp(await dataset.read(index)).metadata();
      assert.ok(Math.min(width, height) <= DATA.keep_short_side && space === "srgb" && channels === 3);
    }
  });

  it("photographs with EXIF orientation 6 stand upright", async () => {
    const side = 1200;
    const bytes = await toSharp(structured(side, side, 1))
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    assert.equal((await sharp(bytes).metadata()).orientation, 6);
    const decoded = await decodeImage(bytes, { background: "white", keepShortSide: 320 });
    assert.deepEqual([decoded.width, decoded.height, decoded.pixels.width], [side, side, 320]);
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
  });
});

async function writeClass(folder: string, shape: Shape): Promise<void> {
  await mkdir(join(folder, shape), { recursive: true });
  const write = (name: string, bytes: Buffer): Promise<void> => writeFile(join(folder, shape, name), bytes);
  for (let index = 0; index < EACH; index++) {
    const mode = index % MODES.length;
    const image = sharp(await drawnPicture(shape, index));
    const bytes = await (MODES[mode] ?? MODES[0])?.(image).toBuffer();
    const suffix = MISNAMED.includes(index) ? "jpg" : SUFFIXES[mode];
    await write(`${index} ${shape}.${suffix}`, bytes as Buffer);
    if (COPIED.includes(index)) await write(`copy of ${index}.${suffix}`, bytes as Buffer);
    if (SAVED_AGAIN.includes(index))
      await write(`again ${index}.jpg`, await sharp(bytes).jpeg({ quality: 70 }).toBuffer());
  }
}
