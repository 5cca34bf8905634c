/** Splits that ingest draws, keeps and repairs: of a manifest, of folders, of copies, of what a base has learned from. */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import sharp from "sharp";
import { openDataset } from "../../../data/dataset/dataset.js";
import { SPLITS } from "../../../spec/records/dataset.js";
import { datasetWarnings } from "../../../spec/warnings/dataset.js";
import { structured, temporaryFolder, toSharp, writeFiles } from "../../support/images/pictures.js";
import { bytesOf, DATA, pets, refusal, run, unlike } from "../../unit/data/dataset/pets.js";

describe("splits of ingest", () => {
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

  it("keeps the splits of earlier versions when images are added, and the copies of what they held out", async (t) => {
    const source = await pets(t, 20);
    const first = await run(t, source);
    const recordsOf = async (out: string) =>
      (await readFile(join(out, "images.jsonl"), "utf8"))
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { path: string; split: string });
    const before = new Map((await recordsOf(first.out)).map(({ path, split }) => [path, split]));
    const held = [...before].find(([path, split]) => split === "test" && path.startsWith("cat/"))?.[0] ?? "";
    const added = await pets(t, 40);
    for (const name of await readdir(join(added, "cat")))
      for (const pet of ["cat", "dog"])
        if (!before.has(`${pet}/${name}`))
          await writeFile(join(source, pet, `new-${name}`), await readFile(join(added, pet, name)));
    await writeFile(join(source, "cat", "copy.png"), await readFile(join(source, held)));
    const again = await run(t, source, { seed: 9, earlierImages: [join(first.out, "images.jsonl")] });
    const after = new Map((await recordsOf(again.out)).map(({ path, split }) => [path, split]));
    for (const [path, split] of before) assert.equal(after.get(path), split, path);
    assert.equal(after.get("cat/copy.png"), "test");
    const { kept, fresh, moved } = again.summary.knownFromBefore ?? { kept: 0, fresh: 0, moved: -1 };
    // Some of the new pictures look like earlier ones, and count as copies.
    assert.ok(kept > before.size && fresh > 20, `${kept} kept, ${fresh} new`);
    assert.deepEqual([kept + fresh, moved], [after.size, 0]);
    const share = [...after.values()].filter((split) => split === "test").length / after.size;
    assert.ok(Math.abs(share - DATA.test) < 0.06, `${share} held out`);
    assert.equal(again.summary.knownToBase, undefined);
  });

  it("leaves out what looks like a trained image and is of a held-out one's group, and says why", async (t) => {
    const source = await pets(t, 20);
    const first = await run(t, source);
    const open = async (out: string) => {
      const { records, close } = await openDataset(out);
      await close();
      return records;
    };
    const before = await open(first.out);
    const [trained, held] = (["train", "test"] as const).map(
      (wanted) => before.find(({ split, path }) => split === wanted && path.startsWith("cat/"))?.path ?? "",
    ) as [string, string];
    // Other bytes, the same pixels.
    const between = await sharp(join(source, trained)).png({ compressionLevel: 0 }).toBuffer();
    await writeFiles(source, { "cat/between.png": between });
    const rows = [...before.map(({ path }) => path), "cat/between.png"].map((path) => ({
      ...{ path, label: path.slice(0, 3) },
      ...(path === held || path === "cat/between.png" ? { group: "rex" } : {}),
    }));
    const manifest = join(source, "images.jsonl");
    await writeFile(manifest, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const { out, summary } = await run(t, manifest, { earlierImages: [join(first.out, "images.jsonl")] });
    const reason = `it ties ${trained}, which earlier versions were trained on, to ${held}, which they hold out: by its look or its group`;
    assert.deepEqual(summary.quarantined, [{ path: "cat/between.png", reason, why: "ties" }]);
    assert.deepEqual(
      (await open(out)).map(({ path, split }) => [path, split]),
      before.map(({ path, split }) => [path, split]),
    );
    assert.deepEqual(summary.knownFromBefore, { kept: before.length, fresh: 0, moved: 0 });
    const [warning] = datasetWarnings(summary);
    assert.deepEqual([warning?.code, warning?.grade], ["tied-images", "check"]);
    assert.match(
      warning?.sentence ?? "",
      /^1 image was left out, because it ties .*: "cat\/between\.png"\.$/,
    );
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
        return { path, reason: "it is a copy of cat/4.png, which is in the test split", why: "copy" };
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
    // They look the same and are not the same bytes: none of the labels has to be wrong.
    assert.deepEqual(repaired.faults?.lookAlikes, group);
    assert.equal(repaired.faults?.conflicts.count, 0);

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
      {
        path: "train/cat/copy.png",
        reason: "it is a copy of val/cat/0.png, which is in the test split",
        why: "copy",
      },
    ]);
    assert.equal(summary.faults?.leaks?.count, 1);
    const { records, close } = await openDataset(out);
    await close();
    for (const { path, split } of records) assert.equal(split === "test", path.startsWith("val/"), path);
    // The copy is left out, and it is still told of the test image that it was there.
    assert.deepEqual(
      records.flatMap(({ path, twin }) => (twin === undefined ? [] : [[path, twin]])),
      [["val/cat/0.png", "bytes"]],
    );
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
