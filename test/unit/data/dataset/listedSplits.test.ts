/** What of the splits is refused before an image is read: what ingest would refuse in any case, in its words, and nothing else. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { refuseEmptyClasses } from "../../../../data/dataset/checks.js";
import { refuseListedSplits } from "../../../../data/dataset/listedSplits.js";
import type { SourceEntry } from "../../../../data/source/entries.js";
import { listSource } from "../../../../data/source/source.js";
import { ThawError } from "../../../../spec/errors.js";
import type { Split } from "../../../../spec/records/dataset.js";
import { DATA, pets, refusal } from "./pets.js";

const SHARES = { test: 0.2, validation: 0.1 };

type Row = readonly [label: string, split?: Split, group?: string];

function source(...rows: readonly Row[]) {
  const entries = rows.map(([label, split, group], index): SourceEntry => {
    const path = `${label}/${index}.png`;
    return {
      ...{ path, file: `/${path}`, label },
      ...(split === undefined ? {} : { split }),
      ...(group === undefined ? {} : { group }),
    };
  });
  return { classes: [...new Set(rows.map(([label]) => label))].sort(), entries };
}

function refused(rows: readonly Row[], isPinned = false): string | undefined {
  try {
    refuseListedSplits(source(...rows), { shares: SHARES, seed: 1, isPinned });
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ThawError);
    assert.equal(error.code, "DATA_INVALID");
    return error.message;
  }
}

const times = (count: number, ...row: Row): readonly Row[] => Array.from({ length: count }, () => row);

describe("splits of the user's own", () => {
  const FINE = [...times(2, "a", "train"), ...times(2, "b", "train"), ...times(2, "a", "test")];

  it("need a class that is to be learned to have images to learn from", () => {
    assert.equal(refused(FINE), undefined);
    assert.equal(refused([...FINE, ["c", "test"]]), 'the class "c" has no image in the train split');
    assert.equal(
      refused([...FINE, ["c", "test"], ["d", "validation"]]),
      '2 of 4 classes have no image in the train split: "c", "d"',
    );
  });

  it("need images to test on, and to validate with", () => {
    const train = FINE.filter(([, split]) => split === "train");
    assert.equal(refused(train), "no image is left for the test split");
    assert.equal(
      refused([
        ["a", "train"],
        ["b", "train"],
        ["a", "test"],
      ]),
      "no image is left for the validation split",
    );
    const own: readonly Row[] = [
      ["a", "train"],
      ["b", "train"],
      ["a", "test"],
      ["b", "validation"],
    ];
    assert.equal(refused(own), undefined, "where they come with some, none are drawn");
  });

  it("must not tear the user's groups apart", () => {
    const torn: readonly Row[] = [...FINE, ["a", "train", "g"], ["a", "test", "g"]];
    assert.match(refused(torn) ?? "", /^"a\/6\.png" is in the train split and "a\/7\.png" in the test split/);
  });
});

describe("splits that are drawn", () => {
  it("need a class with an image for each", () => {
    assert.equal(refused([...times(2, "a"), ...times(2, "b")]), "no image is left for the validation split");
    assert.equal(refused([...times(3, "a"), ...times(2, "b")]), undefined);
    const oneGroup = [...times(9, "a", undefined, "g"), ...times(9, "b", undefined, "h")];
    assert.equal(refused(oneGroup), "no image is left for the validation split", "a group is one image");
  });

  it("are left to ingest where a base or earlier versions know images: those keep theirs", () => {
    assert.equal(refused([...times(2, "a"), ...times(2, "b")], true), undefined);
  });
});

it("ingest says the same, of folders and of manifests", async (t) => {
  const folder = await pets(t, 2);
  const list = join(folder, "list.csv");
  const rows = ["cat/0.png,cat,train", "cat/1.png,cat,test", "dog/0.png,dog,test"];
  await writeFile(list, ["path,label,split", ...rows].join("\n"));
  for (const path of [folder, list]) {
    const { message, hint } = await refusal(t, path);
    const listed = await listSource(path);
    assert.throws(() => refuseListedSplits(listed, { shares: DATA, seed: 1, isPinned: false }), {
      message,
      hint,
    });
  }
});

describe("classes without a readable image", () => {
  it("are all counted and named, each with its files", () => {
    const rows = ["a", "a", "b", "c", "d", "e", "f", "g"].map((label): Row => [label]);
    const { classes, entries } = source(...rows);
    const lost = entries
      .filter(({ label }) => label !== "d")
      .map(({ path }) => ({ path, reason: "the file is empty" }));
    const whole = { source: "/", ignored: [], classes, entries };
    assert.throws(() => refuseEmptyClasses(whole, [{ label: 3 }], lost), {
      code: "CLASS_EMPTY",
      message:
        '6 of 7 classes have no readable image: "a" (2 files, a/0.png: the file is empty), "b" (1 file, b/2.png: the file is empty), ' +
        '"c" (1 file, c/3.png: the file is empty), "e" (1 file, e/5.png: the file is empty), "f" (1 file, f/6.png: the file is empty), and 1 more',
      hint: "replace their files, or remove the classes",
    });
  });
});
