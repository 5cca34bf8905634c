/** Validation against test on real stages: drawn alike, drawn unlike, and test images that have twins in training. */
import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import type { Split } from "../../../spec/records/dataset.js";
import { drawnPicture } from "../../support/images/drawn.js";
import { evaluated, type Row } from "../../support/learning/evaluated.js";
import { temporaryFolder } from "../../unit/learn/support.js";

const SHAPES = ["disc", "star"] as const;
const PER_CLASS = 70;
/** Of ten images five train, two validate, three are held out. */
const splitOf = (index: number): Split => (index % 10 < 5 ? "train" : index % 10 < 7 ? "validation" : "test");

/** Drawn once for all tests. */
const pictures = new Map<string, Promise<Buffer>>();
function pictureOf(label: (typeof SHAPES)[number], index: number): Promise<Buffer> {
  const name = `${label}-${index}.jpg`;
  const picture = pictures.get(name) ?? drawnPicture(label, index);
  pictures.set(name, picture);
  return picture;
}

async function drawn(change: (bytes: Buffer) => Promise<Buffer> = async (bytes) => bytes): Promise<Row[]> {
  const rows: Row[] = [];
  for (const label of SHAPES) {
    for (let index = 0; index < PER_CLASS; index++) {
      const bytes = await pictureOf(label, index);
      const split = splitOf(index);
      rows.push({
        name: `${label}-${index}.jpg`,
        label,
        split,
        bytes: split === "test" ? await change(bytes) : bytes,
      });
    }
  }
  return rows;
}

test("splits drawn alike are called alike, and nothing is withheld", async (context) => {
  const { evaluation } = await evaluated(await temporaryFolder(context), await drawn());
  assert.equal(evaluation.resemblance?.verdict, "alike", evaluation.resemblance?.sentence);
  assert.deepEqual(
    [evaluation.resemblance.pictures?.validationImages, evaluation.resemblance.pictures?.testImages],
    [28, 42],
  );
  assert.equal(evaluation.refuted, undefined);
  assert.equal(evaluation.twins, undefined);
});

test("test images in grey and of low quality are unlike the validation images, every time the same", async (context) => {
  const poor = (bytes: Buffer): Promise<Buffer> =>
    sharp(bytes).greyscale().resize(24, 24).resize(96, 96).jpeg({ quality: 40 }).toBuffer();
  const rows = await drawn(poor);
  const { evaluation, again } = await evaluated(await temporaryFolder(context), rows);
  assert.equal(evaluation.resemblance?.verdict, "differs", evaluation.resemblance?.sentence);
  assert.equal(evaluation.resemblance.pictures?.differs, true);
  assert.deepEqual((await again()).resemblance, evaluation.resemblance);
});

test("the accuracy without test images that had copies in training is told after a repair", async (context) => {
  const rows = await drawn();
  const held = rows.filter(({ split }) => split === "test");
  const copies: Row[] = [];
  for (const [at, row] of held.slice(0, 9).entries()) {
    // Six are the same file, three were compressed once more.
    const bytes = at < 6 ? row.bytes : await sharp(row.bytes).jpeg({ quality: 88 }).toBuffer();
    copies.push({ ...row, name: `copy-${row.name}`, split: "train", bytes });
  }
  const { summary, evaluation } = await evaluated(await temporaryFolder(context), [...rows, ...copies]);
  assert.equal(summary.quarantined.filter(({ why }) => why === "copy").length, 9);
  const { images, sameBytes, sameLook, stillThere, accuracyOfOthers } = evaluation.twins ?? {};
  assert.deepEqual([images, sameBytes, sameLook, stillThere], [9, 6, 3, 0]);
  assert.ok(accuracyOfOthers !== undefined);
  assert.equal(evaluation.leaked, undefined);

  const left = await evaluated(await temporaryFolder(context), [...rows, ...copies], { leaks: "report" });
  assert.equal(left.evaluation.twins?.stillThere, 9);
  assert.equal(left.evaluation.leaked?.images, 9);
});
