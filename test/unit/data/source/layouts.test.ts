/** What folders mean: every layout is read alike on disk and in a bucket, and two readings are refused. */
import assert from "node:assert/strict";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { entriesBelow } from "../../../../data/source/bucket.js";
import type { SourceEntries } from "../../../../data/source/entries.js";
import { sourceNotes } from "../../../../data/source/notes.js";
import { listSource } from "../../../../data/source/source.js";
import { ThawError } from "../../../../spec/errors.js";
import type { FolderReading } from "../../../../spec/runFile/folders.js";
import { temporaryFolder, writeFiles } from "../../../support/images/pictures.js";

const PLACE = { bucket: "photos", key: "set/" };

type Listing = (reading?: FolderReading) => Promise<SourceEntries>;

/** The same files in a folder and in a bucket. */
async function both(t: TestContext, paths: readonly string[]): Promise<readonly Listing[]> {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, Object.fromEntries(paths.map((path) => [path, ""])));
  const objects = paths.map((path) => ({ bucket: "photos", key: `set/${path}`, etag: "e", size: 1 }));
  return [
    (folders) => listSource(folder, undefined, { folders }),
    async (reading) => entriesBelow(PLACE, objects, reading),
  ];
}

function summaryOf({ entries, ignored }: SourceEntries): object {
  const counts: Record<string, number> = {};
  for (const { label, split } of entries) {
    const key = split === undefined ? label : `${label} ${split}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return { counts, ignored: ignored.map(({ path, reason }) => `${path}: ${reason}`) };
}

const SPLITS = ["train/cat/1.jpg", "train/dog/1.jpg", "test/cat/2.jpg", "test/dog/2.jpg"];

describe("folders with two readings", () => {
  const UNCERTAIN: Readonly<
    Record<
      string,
      readonly [paths: readonly string[], says: RegExp, splits?: object | undefined, hint?: RegExp]
    >
  > = {
    "splits beside unlabelled images": [
      [...SPLITS, "unlabeled/1.jpg", "unlabeled/2.jpg"],
      /can be read in two ways: as splits \(test, train\) of the classes cat, dog, with unlabeled left out, or as the classes test, train, unlabeled$/,
      {
        counts: { "cat train": 1, "dog train": 1, "cat test": 1, "dog test": 1 },
        ignored: ["unlabeled: not a folder of a split"],
      },
    ],
    "splits beside a copy of them": [
      [...SPLITS, ...SPLITS.map((path) => `chest_xray/${path}`)],
      /as splits \(test, train\) of the classes cat, dog, with chest_xray left out, or as the classes chest_xray, test, train$/,
      {
        counts: { "cat train": 1, "dog train": 1, "cat test": 1, "dog test": 1 },
        ignored: ["chest_xray: not a folder of a split"],
      },
    ],
    "one split beside other folders": [
      ["train/cat/1.jpg", "train/dog/1.jpg", "unlabeled/1.jpg"],
      /as splits \(train\) of the classes cat, dog, with unlabeled left out, or as the classes train, unlabeled$/,
    ],
    "two folders named like splits that have images only": [
      ["train/1.jpg", "test/1.jpg", "cat/1.jpg"],
      /as splits \(test, train, which have no class folders\), or as the classes cat, test, train$/,
    ],
    "folders with the same folders in them": [
      ["north/cat/1.jpg", "north/dog/1.jpg", "south/cat/1.jpg", "south/dog/1.jpg"],
      /as the classes north, south, or as parts of one set, as north, south have the same folders in them: cat, dog$/,
      undefined,
      /if cat, dog are the classes, call the upper folders train, validation and test/,
    ],
  };
  for (const [
    what,
    [paths, says, splits, hint = /data: \{ folders: splits \} or data: \{ folders: classes \}/],
  ] of Object.entries(UNCERTAIN)) {
    it(`are refused until the run file says which: ${what}`, async (t) => {
      for (const list of await both(t, paths)) {
        await assert.rejects(list(), (error: unknown) => {
          assert.ok(error instanceof ThawError);
          assert.equal(error.code, "DATA_INVALID");
          assert.match(error.message, says);
          assert.match(error.hint ?? "", hint);
          return true;
        });
        if (splits !== undefined) assert.deepEqual(summaryOf(await list("splits")), splits);
        const tops = [...new Set(paths.map((path) => path.split("/")[0]))].sort();
        assert.deepEqual((await list("classes")).classes, tops);
      }
    });
  }

  it("are splits in splits, as some archives unpack; a class of trains is none", async (t) => {
    const paths = ["train", "test"].flatMap((name) => [
      `${name}/${name}/cat/1.jpg`,
      `${name}/${name}/dog/2.jpg`,
    ]);
    for (const list of await both(t, paths)) {
      await assert.rejects(list(), {
        code: "DATA_INVALID",
        message:
          /named like splits, and so are folders in them \((train\/train|test\/test)\/cat\): these would be the classes$/,
      });
    }
    const vehicles = ["train/train/1.jpg", "train/bus/1.jpg", "test/train/2.jpg", "test/bus/2.jpg"];
    for (const list of await both(t, vehicles)) assert.deepEqual((await list()).classes, ["bus", "train"]);
  });

  const BOXES: Readonly<Record<string, readonly string[]>> = {
    "in a folder of their own": [
      "images/1.jpg",
      "images/2.jpg",
      "labels/1.txt",
      "labels/2.txt",
      "labels/classes.txt",
    ],
    "in splits": ["train/images/1.jpg", "train/labels/1.txt", "test/images/2.jpg", "test/labels/2.txt"],
    "beside the images": ["cat/1.jpg", "cat/1.xml", "dog/2.jpg", "dog/2.xml", "dog/3.jpg"],
  };
  for (const [what, paths] of Object.entries(BOXES)) {
    it(`are those of images with boxes, ${what}`, async (t) => {
      for (const list of await both(t, paths)) {
        await assert.rejects(list(), {
          code: "DATA_INVALID",
          message:
            /\d of \d images in .* have a file of the same name beside them \(\S+ and \S+\), as images with boxes/,
        });
      }
    });
  }

  it("are not those whose boxes are too few to mean something, or that the run file vouches for", async (t) => {
    const few = ["cat/1.jpg", "cat/1.txt", "dog/2.jpg", "dog/3.jpg"];
    for (const list of await both(t, few)) assert.deepEqual((await list()).classes, ["cat", "dog"]);
    const all = ["cat/1.jpg", "cat/1.txt", "dog/2.jpg", "dog/2.txt"];
    for (const list of await both(t, all)) assert.deepEqual((await list("classes")).classes, ["cat", "dog"]);
  });
});

describe("folders with one reading", () => {
  it("are splits by many names", async (t) => {
    const names = ["training_set", "Val2017", "test images"];
    const paths = names.flatMap((name) => [`${name}/cat/1.jpg`, `${name}/dog/2.jpg`]);
    for (const list of await both(t, paths)) {
      assert.deepEqual(summaryOf(await list()), {
        counts: {
          "cat validation": 1,
          "dog validation": 1,
          "cat test": 1,
          "dog test": 1,
          "cat train": 1,
          "dog train": 1,
        },
        ignored: [],
      });
    }
  });

  it("are classes of which one is called like a split and has images only: it is told", async (t) => {
    for (const list of await both(t, ["train/1.jpg", "bus/1.jpg", "car/1.jpg"])) {
      const source = await list();
      assert.deepEqual(source.classes, ["bus", "car", "train"]);
      assert.deepEqual(sourceNotes(source), ["“train” is taken as a class, though it is named like a split"]);
    }
  });

  it("are classes of which one is called like what is none: it is told", async (t) => {
    for (const list of await both(t, ["cat/1.jpg", "dog/1.jpg", "unlabelled/1.jpg"])) {
      assert.deepEqual(sourceNotes(await list()), [
        "“unlabelled” is taken as a class: leave the folder out if it is none",
      ]);
    }
  });

  it("have the class in the upper one, and that is told", async (t) => {
    const paths = ["animals/cat/1.jpg", "animals/dog/1.jpg", "things/car/1.jpg", "things/cat/2.jpg"];
    for (const list of await both(t, paths)) {
      const source = await list();
      assert.deepEqual(source.classes, ["animals", "things"]);
      assert.deepEqual(sourceNotes(source), [
        "the class of an image is its upper folder: “animals” has folders in it (“cat”, “dog”), which are no classes, and so for 1 more",
      ]);
    }
    for (const list of await both(t, ["cat/images/1.jpg", "dog/images/1.jpg"])) {
      assert.deepEqual(sourceNotes(await list()), [], "one folder in each says nothing");
    }
  });

  it("are one too deep: where the classes seem to be is told", async (t) => {
    for (const list of await both(t, ["set/cat/1.jpg", "set/dog/1.jpg"])) {
      await assert.rejects(list(), {
        code: "TOO_FEW_CLASSES",
        hint: /^if the folders in it are the classes, point data\.path at .*\/set$/,
      });
    }
    for (const list of await both(t, ["labels.csv", "img/0/1.jpg", "img/1/1.jpg"])) {
      await assert.rejects(list(), {
        hint: /^if labels\.csv is a manifest, point data\.path at it; if the folders/,
      });
    }
  });

  it("have one name for one class, however Unicode spells it", async (t) => {
    const [composed, decomposed] = ["Café".normalize("NFC"), "Café".normalize("NFD")];
    assert.notEqual(composed, decomposed);
    const flat = [`${composed}/1.jpg`, `${decomposed}/2.jpg`, "Bar/1.jpg"];
    for (const list of await both(t, flat)) {
      const { classes, entries } = await list();
      assert.deepEqual(classes, ["Bar", composed]);
      // Files are found by the name that they have.
      assert.equal(entries.filter(({ path }) => path === `${decomposed}/2.jpg`).length, 1);
    }
    const split = [`train/${composed}/1.jpg`, "train/Bar/1.jpg", `test/${decomposed}/1.jpg`];
    for (const list of await both(t, split)) assert.deepEqual((await list()).classes, ["Bar", composed]);
  });
});

describe("links in a folder", () => {
  async function cats(t: TestContext): Promise<string> {
    const folder = await temporaryFolder(t);
    await writeFiles(folder, {
      "set/cat/1.jpg": "",
      "set/dog/1.jpg": "",
      "more/2.jpg": "",
      "set/.store/3.jpg": "",
    });
    return folder;
  }

  const LEFT_OUT: Readonly<Record<string, readonly [link: string, target: string, reason: string]>> = {
    "to the source": ["cat/up", "..", "a link to a folder above it"],
    "to a folder above the source": ["cat/up", "../..", "a link to a folder above it"],
    "to itself": ["cat/up", ".", "a link to a folder above it"],
    "to another class": ["cat/others", "../dog", "a link to a folder that is listed already"],
    "of a class to another one": ["hound", "dog", "a link to a folder that is listed already"],
  };
  for (const [what, [link, target, reason]] of Object.entries(LEFT_OUT)) {
    it(`are left out and listed: ${what}`, async (t) => {
      const set = join(await cats(t), "set");
      await symlink(target, join(set, link));
      const { classes, entries, ignored } = await listSource(set);
      assert.deepEqual(classes, ["cat", "dog"]);
      assert.deepEqual(
        entries.map(({ path }) => path),
        ["cat/1.jpg", "dog/1.jpg"],
      );
      assert.deepEqual(
        ignored.filter(({ path }) => path !== ".store"),
        [{ path: link, reason }],
      );
    });
  }

  it("are followed to other places where that is allowed, and to what is hidden in the source", async (t) => {
    const folder = await cats(t);
    await symlink("../../more", join(folder, "set/cat/more"));
    await symlink("../.store", join(folder, "set/dog/store"));
    // From there back: the source again.
    await symlink("../set", join(folder, "more/back"));
    await mkdir(join(folder, "more/deep"));
    await symlink("..", join(folder, "more/deep/up"));
    const { entries, ignored } = await listSource(join(folder, "set"), undefined, { outside: "allow" });
    assert.deepEqual(
      entries.map(({ path, label }) => [path, label]),
      [
        ["cat/1.jpg", "cat"],
        ["cat/more/2.jpg", "cat"],
        ["dog/1.jpg", "dog"],
        ["dog/store/3.jpg", "dog"],
      ],
    );
    assert.deepEqual(
      ignored.map(({ path, reason }) => `${path}: ${reason}`),
      [
        ".store: hidden",
        "cat/more/back: a link to a folder above it",
        "cat/more/deep/up: a link to a folder above it",
      ],
    );
  });

  it("may be the source itself", async (t) => {
    const folder = await cats(t);
    await symlink("set", join(folder, "link"));
    await symlink("..", join(folder, "set/cat/up"));
    const { source, entries } = await listSource(join(folder, "link"));
    assert.equal(source, join(folder, "link"));
    assert.equal(entries.length, 2);
  });
});

describe("a name that is not UTF-8", () => {
  it("is refused, since two such names look the same", async (t) => {
    const folder = await temporaryFolder(t);
    await writeFiles(folder, { "cat/1.jpg": "", "dog/1.jpg": "" });
    const name = Buffer.concat([Buffer.from(`${folder}/H`), Buffer.from([0xe4]), Buffer.from("hne")]);
    await mkdir(name);
    await assert.rejects(listSource(folder), {
      code: "DATA_INVALID",
      message: /the name of .*H\ufffdhne is not UTF-8$/,
    });
  });

  it("may have the replacement character itself", async (t) => {
    const folder = await temporaryFolder(t);
    await writeFiles(folder, { "H\ufffdhne/1.jpg": "", "dog/1.jpg": "" });
    const source = await listSource(folder);
    assert.deepEqual(source.classes, ["H\ufffdhne", "dog"]);
    assert.match(sourceNotes(source)[0] ?? "", /^in “H\ufffdhne” a letter was lost in a conversion/);
  });
});
