/** Ingest from files to dataset: what it writes, what it leaves out, and that it does so the same way every time. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import sharp from "sharp";
import { openDataset } from "../../../../data/dataset/dataset.js";
import { SPLITS } from "../../../../spec/records/dataset.js";
import type { Progress } from "../../../../spec/records/training.js";
import {
  difference,
  picture,
  png,
  temporaryFolder,
  toSharp,
  writeFiles,
} from "../../../support/images/pictures.js";
import { tiffFile } from "../image/tiffFile.js";
import { bytesOf, DATA, pets, refusal, run, unlike } from "./pets.js";

describe("ingest", () => {
  it("writes records, summary and packs that can be opened again", async (t) => {
    const source = await pets(t, 12, { "cat/large.jpg": await toSharp(picture(300, 200)).jpeg().toBuffer() });
    const progress: Progress[] = [];
    const { out, summary } = await run(t, source, { onProgress: (one) => progress.push(one) });
    assert.deepEqual(summary.classes, ["cat", "dog"]);
    assert.equal(summary.images, 25);
    assert.deepEqual(summary.packs, ["pack-000.bin"]);
    assert.deepEqual(Object.keys(await bytesOf(out)), ["dataset.json", "images.jsonl", "pack-000.bin"]);
    assert.equal(progress.at(-1)?.step, 25);
    assert.equal(progress.at(-1)?.total, 25);

    const dataset = await openDataset(out);
    t.after(() => dataset.close());
    assert.deepEqual(dataset.summary, summary);
    assert.equal(dataset.records.length, 25);
    const paths = dataset.records.map(({ path }) => path);
    assert.deepEqual(paths, paths.toSorted());
    for (const [index, { path, label, sha256 }] of dataset.records.entries()) {
      const bytes = await readFile(join(source, path));
      assert.equal(createHash("sha256").update(bytes).digest("hex"), sha256);
      assert.equal(label, path.startsWith("cat/") ? 0 : 1);
      if (!path.endsWith(".png")) continue;
      const { data } = await sharp(await dataset.read(index))
        .raw()
        .toBuffer({ resolveWithObject: true });
      assert.equal(difference(data, await sharp(bytes).raw().toBuffer()).largest, 0);
    }
    const large = dataset.records.findIndex(({ path }) => path === "cat/large.jpg");
    const { width, height, format } = dataset.records[large] ?? assert.fail();
    assert.deepEqual([width, height, format], [300, 200, "jpeg"]);
    const stored = await sharp(await dataset.read(large)).metadata();
    assert.deepEqual([stored.width, stored.height], [96, 64]);
    for (const split of SPLITS) {
      const counted = [0, 1].map(
        (label) => dataset.records.filter((r) => r.label === label && r.split === split).length,
      );
      assert.deepEqual(summary.counts[split], counted);
      assert.ok(counted.every((count) => count > 0));
    }
  });

  it("tells of 16-bit pictures that all stay below 14 bits, unless one of them is bright", async (t) => {
    const deep = (brightest: number, index: number): Buffer =>
      tiffFile({
        ...{ width: 32, height: 24, bits: 16, photometric: 1 },
        value: (x, y) => Math.round((brightest * ((index * x + y) % 24)) / 23),
      });
    const files = Object.fromEntries(
      [1, 2, 3, 5, 7].map((index) => [`cat/${index}.tif`, deep(15000, index)]),
    );
    const dark = await pets(t, 12, files);
    const dataset = await run(t, dark);
    assert.deepEqual(dataset.summary.faults?.darkSamples, { count: 5, bits: 14, brightest: 15000 });
    assert.equal(dataset.summary.images, 29);
    const opened = await openDataset(dataset.out);
    t.after(() => opened.close());
    assert.ok(opened.records.every((record) => !("brightest16" in record)));
    const natural = await pets(t, 12, { ...files, "dog/bright.tif": deep(60000, 1) });
    assert.equal((await run(t, natural)).summary.faults?.darkSamples, undefined);
  });

  it("tells of pages and of transparency that are not used, and only of these", async (t) => {
    const clear = { r: 0, g: 0, b: 0, alpha: 0 };
    const opaque = await toSharp(picture(60, 50, 3))
      .ensureAlpha()
      .png()
      .toBuffer();
    const frames = [picture(60, 50, 4), picture(60, 50, 5)].map(({ data }) => Buffer.from(data));
    const source = await pets(t, 12, {
      "cat/opaque.png": opaque,
      "cat/cut.png": await toSharp(picture(60, 50, 6))
        .extend({ right: 8, background: clear })
        .png()
        .toBuffer(),
      "dog/moves.gif": await sharp(Buffer.concat(frames), {
        raw: { width: 60, height: 100, channels: 3, pageHeight: 50 },
      })
        .gif()
        .toBuffer(),
    });
    const dataset = await run(t, source);
    assert.deepEqual(dataset.summary.faults?.layersLeftOut, {
      pages: { count: 1, example: "dog/moves.gif" },
      transparent: { count: 1, example: "cat/cut.png" },
    });
    const opened = await openDataset(dataset.out);
    t.after(() => opened.close());
    assert.ok(opened.records.every((record) => !("pages" in record) && !("transparent" in record)));
    const plain = await run(t, await pets(t, 12, { "cat/opaque.png": opaque }));
    assert.equal(plain.summary.faults?.layersLeftOut, undefined);
  });

  it("tells of pictures of one colour, the only one of its format, and odd names; all are used", async (t) => {
    const grey = sharp({ create: { width: 64, height: 48, channels: 3, background: "#808080" } });
    const source = await pets(t, 12, {
      "Cat/blank.jpg": await grey.jpeg().toBuffer(),
      "Cat/placeholder.gif": await toSharp(picture(120, 90, 7))
        .gif()
        .toBuffer(),
      ...Object.fromEntries(
        await Promise.all(
          [20, 21, 22, 23].map(async (index) => [`Cat/${index}.png`, await unlike(index)] as const),
        ),
      ),
    });
    const { summary } = await run(t, source);
    const { faults } = summary;
    assert.equal(summary.images, 30);
    assert.deepEqual(summary.classes, ["Cat", "cat", "dog"]);
    assert.deepEqual(faults?.oneColour, { count: 1, shown: [{ path: "Cat/blank.jpg", label: 0 }] });
    assert.deepEqual(
      faults?.oddFormats?.shown.filter(({ format }) => format === "gif"),
      [{ path: "Cat/placeholder.gif", format: "gif" }],
    );
    assert.match(faults?.notes?.[0] ?? "", /^“Cat” and “cat” are different classes/);
    const dataset = await openDataset((await run(t, source)).out);
    t.after(() => dataset.close());
    assert.ok(dataset.records.every((record) => !("oneColour" in record) && !("border" in record)));
  });

  it("reads folders as the run file says", async (t) => {
    const source = await temporaryFolder(t);
    const files: Record<string, Buffer> = { "unlabeled/1.png": await unlike(1) };
    for (let index = 0; index < 6; index++) {
      files[`train/cat/${index}.png`] = await unlike(30 + index);
      files[`train/dog/${index}.png`] = await unlike(50 + index);
      files[`test/cat/${index}.png`] = await unlike(70 + index);
      files[`test/dog/${index}.png`] = await unlike(90 + index);
    }
    await writeFiles(source, files);
    assert.match((await refusal(t, source)).message, /can be read in two ways/);
    const { summary } = await run(t, source, { data: { ...DATA, folders: "splits" } });
    assert.deepEqual(summary.classes, ["cat", "dog"]);
    assert.deepEqual(summary.faults?.ignored.shown, [
      { path: "unlabeled", reason: "not a folder of a split" },
    ]);
  });

  it("gives the same bytes twice, and another split for another seed", async (t) => {
    const source = await pets(t, 15);
    const first = await run(t, source);
    const second = await run(t, source);
    assert.deepEqual(await bytesOf(first.out), await bytesOf(second.out));
    const other = await run(t, source, { seed: 2 });
    const { "images.jsonl": records, ...rest } = await bytesOf(first.out);
    const { "images.jsonl": otherRecords, ...otherRest } = await bytesOf(other.out);
    assert.deepEqual(otherRest, rest);
    assert.notEqual(otherRecords, records);
  });

  it("leaves out what cannot be read, with the reason, and keeps images with a wrong name", async (t) => {
    const whole = await toSharp(picture(80, 60)).jpeg().toBuffer();
    const source = await pets(t, 4, {
      "cat/cut.jpg": whole.subarray(0, whole.length / 2),
      "cat/empty.png": "",
      "cat/page.jpg": "<!doctype html><title>404</title>",
      "cat/really a png.jpg": await png(64, 48),
      "dog/tiny.png": await png(12, 7),
      "dog/readme.txt": "ignored",
    });
    await symlink(join(source, "nowhere"), join(source, "dog/dangling.jpg"));
    const { out, summary } = await run(t, source);
    assert.deepEqual(
      summary.quarantined.map(({ path, reason }) => [path, reason.replace(/ \(.*/, "")]),
      [
        ["cat/cut.jpg", "it is damaged or cut short"],
        ["cat/empty.png", "the file is empty"],
        ["cat/page.jpg", "it is an HTML page"],
        ["dog/dangling.jpg", "it is a link to nowhere, or went away while the folder was read"],
        ["dog/tiny.png", "12 × 7 pixels are too few: at least 8 a side are needed"],
      ],
    );
    assert.equal(summary.images, 9);
    const { records, close } = await openDataset(out);
    await close();
    assert.equal(records.find(({ path }) => path === "cat/really a png.jpg")?.format, "png");
    assert.deepEqual(summary.faults?.misnamed, {
      count: 1,
      shown: [{ path: "cat/really a png.jpg", format: "png" }],
    });
    assert.deepEqual(summary.faults?.ignored, {
      count: 1,
      shown: [{ path: "dog/readme.txt", reason: "not an image by its name" }],
    });
  });

  it("names the files of a class that has no readable image", async (t) => {
    const source = await pets(t, 3, { "owl/1.jpg": "", "owl/2.jpg": "words" });
    const error = await refusal(t, source);
    assert.equal(error.code, "CLASS_EMPTY");
    assert.match(
      error.message,
      /^the class "owl" has no readable image \(owl\/1\.jpg: the file is empty; owl\/2\.jpg: it is text/,
    );
  });

  it("refuses classes too small to hold anything out", async (t) => {
    const error = await refusal(t, await pets(t, 2));
    assert.equal(error.code, "DATA_INVALID");
    assert.equal(error.message, "no image is left for the validation split");
  });

  it("says where too few pictures are left because images are copies", async (t) => {
    const [cat, dog] = [await unlike(1), await unlike(2)];
    const files = Object.fromEntries(
      [0, 1, 2, 3].flatMap((index) => [
        [`cat/${index}.png`, cat],
        [`dog/${index}.png`, dog],
      ]),
    );
    const folder = join(await temporaryFolder(t), "source");
    await writeFiles(folder, { ...files, "dog/4.png": await unlike(3) });
    const error = await refusal(t, folder);
    assert.equal(error.code, "DATA_INVALID");
    assert.match(
      error.message,
      /^no image is left for the (validation|test) split: copies stay together, which leaves 1 picture in the 4 images of "cat", 2 pictures in the 5 images of "dog"$/,
    );
  });
});
