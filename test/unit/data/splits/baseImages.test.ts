/** Images that a tuned base has met: they keep their splits, or are left out, and nothing held out is known to it. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { assignSplits } from "../../../../data/splits/assign.js";
import { baseSplits, readBaseImages, settleBaseImages } from "../../../../data/splits/baseImages.js";
import type { Split } from "../../../../spec/records/dataset.js";
import { temporaryFolder } from "../../../support/images/pictures.js";

/** What a record has besides. */
const PLACE = { path: "a.png", label: 0, pack: "pack-000.bin", offset: 0, length: 1 };
const SHARES = { test: 0.2, validation: 0.1 };

/** Images that look like no other: hashes of 16 digits, far apart. */
function image(index: number, label = index % 2): Parameters<typeof assignSplits>[0][number] {
  const phash = ((BigInt(index + 1) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn)
    .toString(16)
    .padStart(16, "0");
  return { path: `${index}.png`, label, sha256: index.toString(16).padStart(64, "0"), phash };
}
const many = (count: number, from = 0) => Array.from({ length: count }, (_, index) => image(from + index));

test("an image is known by its bytes or its look, and the split that taught most counts", async (t) => {
  const { sha256, phash } = image(1);
  const met = [
    { sha256, phash, split: "test" },
    { sha256: "ab".repeat(32), phash, split: "train" },
    { sha256: image(2).sha256, phash: image(900).phash, split: "validation" },
    { ...image(901), split: "train" },
  ] as const;
  const file = join(await temporaryFolder(t), "images.jsonl");
  await writeFile(file, met.map((line) => `${JSON.stringify({ ...line, ...PLACE })}\n`).join(""));
  const read = await readBaseImages([file]);
  assert.deepEqual(
    read.map(({ split }) => split),
    ["test", "train", "validation", "train"],
  );
  assert.deepEqual(baseSplits([image(0), image(1), image(2)], read), [undefined, "train", "validation"]);
  assert.deepEqual(baseSplits([image(0)], await readBaseImages([])), [undefined]);
});

test("with other images and another seed, what the base met stays where it was and the shares hold", () => {
  const old = many(100);
  const { splits } = assignSplits(old, 2, SHARES, 1);
  const met = old.map((one, index) => ({ ...one, split: splits[index] as Split }));
  const images = [...many(200, 100), ...old];
  const before = baseSplits(images, met);
  const drawn = assignSplits(images, 2, SHARES, 2, before).splits;
  assert.deepEqual(drawn.slice(200), splits);
  assert.equal(drawn.filter((split) => split === "test").length, 60);
  assert.equal(drawn.filter((split) => split === "validation").length, 30);
  const alone = assignSplits(images, 2, SHARES, 2).splits.slice(200);
  assert.notDeepEqual(alone, splits, "the other seed alone would have divided them otherwise");
});

test("a group with one image that the base was fitted to trains, whole", () => {
  const images = many(30).map((one, index) => (index < 5 ? { ...one, group: "patient 1" } : one));
  for (let seed = 0; seed < 10; seed++) {
    const before = images.map((_, index): Split | undefined =>
      index === 3 ? "train" : index === 4 ? "test" : undefined,
    );
    const { splits } = assignSplits(images, 2, SHARES, seed, before);
    assert.deepEqual(splits.slice(0, 5), new Array(5).fill("train"));
  }
});

test("where nothing is to be held out, an image that was held out trains", () => {
  const images = many(30);
  const { splits } = assignSplits(images, 2, { test: 0.2, validation: 0 }, 1, ["validation"]);
  assert.equal(splits[0], "train");
});

test("validation images drawn from splits of one's own are none that the base was fitted to", () => {
  const images = many(60).map((one, index) => ({ ...one, split: index < 40 ? "train" : "test" }) as const);
  const before = images.map((_, index): Split | undefined => (index < 30 ? "train" : undefined));
  const { splits } = assignSplits(images, 2, SHARES, 3, before);
  assert.deepEqual(splits.slice(0, 30), new Array(30).fill("train"));
  assert.ok(splits.slice(30, 40).includes("validation"));
  assert.deepEqual(splits.slice(40), new Array(20).fill("test"));
});

test("splits of one's own: what is held out more than before is left out, refused or counted", () => {
  const splits: readonly Split[] = ["test", "test", "validation", "train", "test"];
  const before: readonly (Split | undefined)[] = ["train", "test", "train", "train", undefined];
  const images = splits.map((split, index) => ({ path: `${index}.png`, split }));
  const repaired = settleBaseImages(images, before, "repair");
  assert.deepEqual([...repaired.dropped.keys()], [0, 2]);
  assert.match(repaired.dropped.get(0)?.reason ?? "", /tuned with it in its train split/);
  assert.deepEqual(settleBaseImages(images, before, "report"), { dropped: new Map(), left: [0, 2] });
  assert.throws(() => settleBaseImages(images, before, "refuse"), {
    code: "DATA_INVALID",
    message: /"0\.png" is in the test split, and the base was tuned with it in its train split, and 1 more/,
  });
  const drawn = images.map(({ path }) => ({ path }));
  assert.equal(settleBaseImages(drawn, before, "refuse").dropped.size, 0);
});
