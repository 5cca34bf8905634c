/** Ingest from files to dataset: what it writes, what it leaves out, and that it does so the same way every time. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import sharp from "sharp";
import { openDataset } from "../../../../data/dataset/dataset.js";
import { ingest } from "../../../../data/dataset/ingest.js";
import { ThawError } from "../../../../spec/errors.js";
import { SPLITS } from "../../../../spec/records/dataset.js";
import type { Progress } from "../../../../spec/records/training.js";
import { difference, picture, png, structured, temporaryFolder, toSharp, writeFiles } from "../pictures.js";

const DATA = {
  test: 0.2,
  validation: 0.1,
  background: "white",
  keep_short_side: 64,
  leaks: "repair",
} as const;

/** A picture that is like no other: the perceptual hash must tell them apart. */
function unlike(seed: number): Promise<Buffer> {
  return sharp(
    Buffer.from(Array.from({ length: 6 * 5 * 3 }, (_, i) => (((i + 1) * (seed + 11) * 7919) >> 3) % 256)),
    {
      raw: { width: 6, height: 5, channels: 3 },
    },
  )
    .resize(48, 40, { fit: "fill" })
    .png()
    .toBuffer();
}

/** Two classes, `cat` and `dog`, of so many images each, and more files. */
async function pets(
  t: TestContext,
  each: number,
  more: Readonly<Record<string, Buffer | string>> = {},
): Promise<string> {
  const folder = join(await temporaryFolder(t), "source");
  const files: Record<string, Buffer | string> = { ...more };
  for (let index = 0; index < each; index++) {
    files[`cat/${index}.png`] ??= await unlike(index);
    files[`dog/${index}.png`] = await unlike(1000 + index);
  }
  await writeFiles(folder, files);
  return folder;
}

async function run(
  t: TestContext,
  source: string,
  changes: Partial<Parameters<typeof ingest>[0]> = {},
): Promise<{ readonly out: string; readonly summary: Awaited<ReturnType<typeof ingest>> }> {
  const folder = await temporaryFolder(t);
  const out = join(folder, "out");
  const summary = await ingest({
    source,
    data: DATA,
    seed: 1,
    digestCache: join(folder, "digests.json"),
    out,
    onProgress: () => undefined,
    ...changes,
  });
  return { out, summary };
}

async function refusal(t: TestContext, source: string): Promise<ThawError> {
  const error: unknown = await run(t, source).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ThawError, "ingest did not refuse the source");
  return error;
}

async function bytesOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const digest = async (name: string): Promise<string> =>
    createHash("sha256")
      .update(await readFile(join(folder, name)))
      .digest("hex");
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await digest(name)] as const)),
  );
}

describe("ingest", () => {
  it("keeps the splits of images that the base was tuned on, and counts them", async (t) => {
    const source = await pets(t, 20);
    const first = await run(t, source);
    assert.equal(first.summary.knownToBase, undefined);
    const splitsOf = async (out: string): Promise<Map<string, string>> => {
      const lines = (await readFile(join(out, "images.jsonl"), "utf8")).trim().split("\n");
      return new Map(lines.map((line) => JSON.parse(line)).map(({ path, split }) => [path, split]));
    };
    const before = await splitsOf(first.out);
    const again = await run(t, source, { seed: 2, baseImages: [join(first.out, "images.jsonl")] });
    assert.deepEqual(await splitsOf(again.out), before);
    const heldOut = [...before.values()].filter((split) => split === "test").length;
    assert.deepEqual(again.summary.knownToBase, {
      learned: 40 - heldOut,
      heldOut,
      dropped: 0,
      flattering: 0,
    });
    assert.notDeepEqual(await splitsOf((await run(t, source, { seed: 2 })).out), before);
  });

  it("leaves out what a manifest holds out and the base was tuned with", async (t) => {
    const source = await pets(t, 20);
    const first = await run(t, source);
    const trained = (await readFile(join(first.out, "images.jsonl"), "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { path: string; split: string; label: number })
      .filter(({ split }) => split === "train");
    const rows = (await readdir(join(source, "cat")))
      .flatMap((name) => [`cat/${name}`, `dog/${name}`])
      .map((path, index) => ({ path, label: path.slice(0, 3), split: SPLITS[index % 3] }));
    const manifest = join(source, "images.jsonl");
    await writeFile(manifest, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const { summary } = await run(t, manifest, { baseImages: [join(first.out, "images.jsonl")] });
    const known = rows.filter(
      ({ path, split }) => split !== "train" && trained.some((one) => one.path === path),
    );
    assert.ok(known.length > 0);
    assert.ok((summary.knownToBase?.dropped ?? 0) >= known.length);
    const left = summary.quarantined.filter(({ reason }) => /the base was tuned with it/.test(reason));
    for (const { path } of known)
      assert.ok(
        left.some((one) => one.path === path),
        `${path} is still held out`,
      );
  });

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

  it("keeps copies of a picture in one split", async (t) => {
    const shown = structured(120, 90, 1);
    const original = await toSharp(shown).png().toBuffer();
    const copies = {
      "cat/copy exact.png": original,
      "cat/copy jpeg.jpg": await toSharp(shown).jpeg({ quality: 80 }).toBuffer(),
      "dog/copy small.png": await toSharp(shown).resize(100, 75).png().toBuffer(),
    };
    const source = await pets(t, 8, { "cat/original.png": original, ...copies });
    for (let seed = 0; seed < 4; seed++) {
      const { out, summary } = await run(t, source, { seed });
      const { records, close } = await openDataset(out);
      await close();
      const group = records.filter(({ path }) => path in copies || path === "cat/original.png");
      assert.deepEqual(new Set(group.map((record) => record.group)), new Set(["cat/copy exact.png"]));
      assert.equal(new Set(group.map((record) => record.split)).size, 1);
      assert.equal(summary.duplicateGroups, 1);
    }
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

  it("takes the manifest's groups and splits", async (t) => {
    const folder = await pets(t, 6);
    const rows = [0, 1, 2, 3, 4, 5].flatMap((index) =>
      ["cat", "dog"].map((label) => ({
        path: `${label}/${index}.png`,
        label,
        split: (["train", "train", "train", "test", "validation", "train"] as const)[index],
      })),
    );
    const manifest = join(folder, "list.jsonl");
    const write = (extra: object[]): Promise<void> =>
      writeFile(manifest, [...rows, ...extra].map((row) => JSON.stringify(row)).join("\n"));
    await write([]);
    const { out, summary } = await run(t, manifest);
    assert.deepEqual(summary.counts, { train: [4, 4], validation: [1, 1], test: [1, 1] });
    const { records, close } = await openDataset(out);
    await close();
    for (const { path, split } of records) assert.equal(split, rows.find((row) => row.path === path)?.split);

    await writeFiles(folder, { "dog/extra.png": await unlike(77), "dog/more.png": await unlike(78) });
    await write(
      ["extra", "more"].map((name, index) => {
        return { path: `dog/${name}.png`, label: "dog", split: index === 0 ? "test" : "train", group: "rex" };
      }),
    );
    const torn = await refusal(t, manifest);
    assert.equal(torn.code, "DATA_INVALID");
    assert.match(
      torn.message,
      /^"dog\/extra\.png" is in the test split and "dog\/more\.png" in the train split/,
    );
  });

  it("repairs, refuses or reports copies across the manifest's own splits, as the run file says", async (t) => {
    const shown = toSharp(structured(64, 48, 1));
    const original = await shown.clone().png().toBuffer();
    const near = await shown.clone().webp({ quality: 80 }).toBuffer();
    const folder = await pets(t, 5, { "cat/4.png": original, "copy.png": original, "near.webp": near });
    const splits = ["train", "train", "train", "validation", "test"] as const;
    const rows = [0, 1, 2, 3, 4].flatMap((index) =>
      ["cat", "dog"].map((label) => ({ path: `${label}/${index}.png`, label, split: splits[index] })),
    );
    const copies = [
      { path: "copy.png", label: "cat", split: "train" },
      { path: "near.webp", label: "dog", split: "validation" },
    ];
    const manifest = join(folder, "list.jsonl");
    await writeFile(manifest, [...rows, ...copies].map((row) => JSON.stringify(row)).join("\n"));

    const repaired = (await run(t, manifest)).summary;
    assert.deepEqual(repaired.counts, { train: [3, 3], validation: [1, 1], test: [1, 1] });
    assert.deepEqual(
      repaired.quarantined,
      ["copy.png", "near.webp"].map((path) => {
        return { path, reason: "it is a copy of cat/4.png, which is in the test split" };
      }),
    );
    const images = {
      count: 3,
      shown: [
        { path: "cat/4.png", label: 0, split: "test" },
        { path: "copy.png", label: 0, split: "train", dropped: true },
        { path: "near.webp", label: 1, split: "validation", dropped: true },
      ],
    };
    const group = { count: 1, shown: [{ sameBytes: false, images }] };
    assert.deepEqual(repaired.faults?.leaks, { ...group, policy: "repair", dropped: 2 });
    assert.deepEqual(repaired.faults?.conflicts, group);

    const reported = (await run(t, manifest, { data: { ...DATA, leaks: "report" } })).summary;
    assert.deepEqual(reported.counts, { train: [4, 3], validation: [1, 2], test: [1, 1] });
    assert.deepEqual(
      [reported.faults?.leaks?.policy, reported.faults?.leaks?.count, reported.quarantined],
      ["report", 1, []],
    );

    await assert.rejects(run(t, manifest, { data: { ...DATA, leaks: "refuse" } }), {
      code: "DATA_INVALID",
      message:
        'one picture is in more than one split: "copy.png" in the train split, ' +
        '"near.webp" in the validation split, "cat/4.png" in the test split',
    });
  });

  it("groups what the manifest groups", async (t) => {
    const folder = await pets(t, 9);
    const rows = [...Array(9).keys()].flatMap((index) =>
      ["cat", "dog"].map((label) => `${label}/${index}.png,${label},patient ${Math.floor(index / 3)}`),
    );
    await writeFile(join(folder, "list.csv"), ["path,label,group", ...rows].join("\n"));
    const { out, summary } = await run(t, join(folder, "list.csv"));
    assert.equal(summary.duplicateGroups, 0);
    const { records, close } = await openDataset(out);
    await close();
    for (const patient of [0, 1, 2]) {
      const own = records.filter(({ path }) => Math.floor(Number(path.slice(4, 5)) / 3) === patient);
      assert.equal(own.length, 6);
      assert.equal(new Set(own.map(({ split }) => split)).size, 1);
      assert.equal(new Set(own.map(({ group }) => group)).size, 1);
    }
    assert.equal(new Set(records.map(({ split }) => split)).size, 3);
  });

  it("takes folders of splits: val is held out where there is no test, and training images validate", async (t) => {
    const files: Record<string, Buffer> = {};
    for (const [at, label] of ["cat", "dog"].entries()) {
      for (let index = 0; index < 16; index++)
        files[`train/${label}/${index}.png`] = await unlike(100 * at + index);
      for (let index = 0; index < 4; index++)
        files[`val/${label}/${index}.png`] = await unlike(1000 + 100 * at + index);
    }
    const copied = files["val/cat/0.png"] as Buffer;
    const folder = join(await temporaryFolder(t), "source");
    await writeFiles(folder, { ...files, "train/cat/copy.png": copied });
    const { out, summary } = await run(t, folder);
    // An eighth of the training images: a tenth of all where a fifth is held out.
    assert.deepEqual(summary.counts, { train: [14, 14], validation: [2, 2], test: [4, 4] });
    assert.deepEqual(summary.quarantined, [
      { path: "train/cat/copy.png", reason: "it is a copy of val/cat/0.png, which is in the test split" },
    ]);
    assert.equal(summary.faults?.leaks?.count, 1);
    const { records, close } = await openDataset(out);
    await close();
    for (const { path, split } of records) assert.equal(split === "test", path.startsWith("val/"), path);
    assert.deepEqual(await bytesOf((await run(t, folder)).out), await bytesOf(out));
  });

  it("refuses classes without training images", async (t) => {
    const folder = await pets(t, 3);
    const rows = ["cat/0.png,cat,train", "cat/1.png,cat,validation", "dog/0.png,dog,test"];
    await writeFile(join(folder, "list.csv"), ["path,label,split", ...rows].join("\n"));
    assert.equal(
      (await refusal(t, join(folder, "list.csv"))).message,
      'the class "dog" has no image in the train split',
    );
  });
});

describe("openDataset", () => {
  it("gives the same buffer for the views of one image, and notices a pack that is cut short", async (t) => {
    const { out } = await run(t, await pets(t, 4));
    const dataset = await openDataset(out);
    t.after(() => dataset.close());
    const first = await dataset.read(0);
    assert.equal(await dataset.read(0), first);
    const second = await dataset.read(1);
    assert.notDeepEqual(second, first);
    assert.deepEqual(await dataset.read(0), first);
    await assert.rejects(dataset.read(8), /there is no image 8/);
    await truncate(join(out, "pack-000.bin"), 100);
    await assert.rejects(dataset.read(7), /cut short/);
  });
});
