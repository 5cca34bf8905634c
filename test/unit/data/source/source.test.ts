/** Listing of class folders and manifests, and what is wrong with those that cannot be used. */
import assert from "node:assert/strict";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { listSource } from "../../../../data/source/source.js";
import type { ErrorCode, ThawError } from "../../../../spec/errors.js";
import { temporaryFolder, writeFiles } from "../../../support/images/pictures.js";
import { refusalOf } from "../../../support/refusal.js";

async function failureOf(path: string): Promise<ThawError> {
  const error = await refusalOf(listSource(path));
  assert.notEqual(error.hint, undefined);
  return error;
}

async function refuses(path: string, code: ErrorCode, message: RegExp): Promise<void> {
  const error = await failureOf(path);
  assert.equal(error.code, code);
  assert.match(error.message, message);
}

/** Listing opens no file, so empty ones will do. */
async function tree(t: TestContext, ...paths: string[]): Promise<string> {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, Object.fromEntries(paths.map((path) => [path, ""])));
  return folder;
}

describe("a folder of class folders", () => {
  it("gives classes and images in the order of their code units, sub-folders included", async (t) => {
    const folder = await tree(
      t,
      "b/2.png",
      "b/10.jpg",
      "a/deep/er/x y.JPEG",
      "a/ü.webp",
      "B/1.tif",
      "b/raw.heic",
    );
    const { classes, entries, ignored, source } = await listSource(folder);
    assert.equal(source, folder);
    assert.deepEqual(classes, ["B", "a", "b"]);
    assert.deepEqual(
      entries.map(({ path, label }) => [path, label]),
      [
        ["B/1.tif", "B"],
        ["a/deep/er/x y.JPEG", "a"],
        ["a/ü.webp", "a"],
        ["b/10.jpg", "b"],
        ["b/2.png", "b"],
        ["b/raw.heic", "b"],
      ],
    );
    assert.equal(entries[1]?.file, join(folder, "a/deep/er/x y.JPEG"));
    assert.deepEqual(ignored, []);
  });

  it("passes over what is no image, and says so", async (t) => {
    const folder = await tree(
      t,
      "a/1.jpg",
      "b/1.jpg",
      ".DS_Store",
      "README.txt",
      "loose.png",
      "a/Thumbs.db",
      "a/.hidden.jpg",
      "a/notes",
      "__MACOSX/a/._1.jpg",
      ".git/objects/1.jpg",
    );
    const { classes, entries, ignored } = await listSource(folder);
    assert.deepEqual(classes, ["a", "b"]);
    assert.deepEqual(
      entries.map(({ path }) => path),
      ["a/1.jpg", "b/1.jpg"],
    );
    assert.deepEqual(ignored, [
      { path: ".DS_Store", reason: "hidden" },
      { path: ".git", reason: "hidden" },
      { path: "README.txt", reason: "not in a class folder" },
      { path: "__MACOSX", reason: "hidden" },
      { path: "a/.hidden.jpg", reason: "hidden" },
      { path: "a/Thumbs.db", reason: "not an image by its name" },
      { path: "a/notes", reason: "not an image by its name" },
      { path: "loose.png", reason: "not in a class folder" },
    ]);
  });

  it("follows links, but not in circles", async (t) => {
    const folder = await tree(t, "data/a/1.jpg", "elsewhere/2.jpg", "elsewhere/more/3.jpg");
    await symlink(join(folder, "elsewhere"), join(folder, "data/b"));
    await symlink(join(folder, "elsewhere"), join(folder, "elsewhere/more/up"));
    await symlink(join(folder, "data/a/1.jpg"), join(folder, "data/a/again.jpg"));
    const { entries, ignored } = await listSource(join(folder, "data"), undefined, { outside: "allow" });
    assert.deepEqual(
      entries.map(({ path }) => path),
      ["a/1.jpg", "a/again.jpg", "b/2.jpg", "b/more/3.jpg"],
    );
    assert.deepEqual(ignored, [{ path: "b/more/up", reason: "a link to a folder above it" }]);
  });

  it("must be there, and have two classes with images", async (t) => {
    const folder = await tree(
      t,
      "one/cat/1.jpg",
      "none/1.jpg",
      "none/2.jpg",
      "empty/cat/1.jpg",
      "empty/dog/readme.txt",
    );
    await refuses(join(folder, "nowhere"), "DATA_NOT_FOUND", /no folder or manifest of images at .*nowhere$/);
    await refuses(
      join(folder, "one"),
      "TOO_FEW_CLASSES",
      /only one class folder \("cat"\) in .*; at least two/,
    );
    await refuses(
      join(folder, "none"),
      "TOO_FEW_CLASSES",
      /no class folder and 2 images outside of class folders/,
    );
    await refuses(join(folder, "empty"), "CLASS_EMPTY", /the class folder .*dog has no image/);
    assert.match(
      (await failureOf(join(folder, "one"))).hint ?? "",
      /one\/cat\/1\.jpg and .*one\/dog\/1\.jpg/,
    );
  });

  it("may be divided into folders of splits", async (t) => {
    const folder = await tree(
      t,
      "train/cat/1.jpg",
      "train/dog/deep/1.jpg",
      "train/loose.jpg",
      "Val/cat/1.jpg",
      "Val/cow/readme.txt",
      "test/cow/2.jpg",
      "README.md",
    );
    const { classes, entries, ignored } = await listSource(folder);
    // Only later is it known that the cow cannot be learned.
    assert.deepEqual(classes, ["cat", "cow", "dog"]);
    assert.deepEqual(
      entries.map(({ path, label, split }) => [path, label, split]),
      [
        ["Val/cat/1.jpg", "cat", "validation"],
        ["test/cow/2.jpg", "cow", "test"],
        ["train/cat/1.jpg", "cat", "train"],
        ["train/dog/deep/1.jpg", "dog", "train"],
      ],
    );
    assert.equal(entries[3]?.file, join(folder, "train/dog/deep/1.jpg"));
    assert.deepEqual(ignored, [
      { path: "README.md", reason: "not in a class folder" },
      { path: "Val/cow/readme.txt", reason: "not an image by its name" },
      { path: "train/loose.jpg", reason: "not in a class folder" },
    ]);
  });

  it("holds out the validation folder where there is none for the test, or one without labels", async (t) => {
    const folder = await tree(t, "train/cat/1.jpg", "train/dog/1.jpg", "val/cat/1.jpg", "test/1.jpg");
    const { entries, ignored } = await listSource(folder);
    assert.deepEqual(
      entries.map(({ path, split }) => [path, split]),
      [
        ["train/cat/1.jpg", "train"],
        ["train/dog/1.jpg", "train"],
        ["val/cat/1.jpg", "test"],
      ],
    );
    assert.deepEqual(ignored, [{ path: "test/1.jpg", reason: "not in a class folder" }]);
  });

  const USELESS: Readonly<Record<string, readonly [paths: readonly string[], says: RegExp]>> = {
    "no class folders in them": [
      ["train/1.jpg", "test/2.jpg"],
      /named like splits \(test, train\), not like classes, but none with class folders is for training \(no class folder in test, train\)/,
    ],
    "none for training": [["val/cat/1.jpg", "test/cat/1.jpg"], /none with class folders is for training$/],
    "nothing besides training": [
      ["train/cat/1.jpg", "train/dog/1.jpg", "test/1.jpg"],
      /none with class folders besides the one for training \(no class folder in test\)$/,
    ],
    "two for one split": [
      ["train/cat/1.jpg", "val/cat/1.jpg", "valid/cat/1.jpg"],
      /val and valid are both for validation$/,
    ],
  };
  for (const [what, [paths, says]] of Object.entries(USELESS)) {
    it(`is refused if its folders are named like splits and useless: ${what}`, async (t) => {
      await refuses(await tree(t, ...paths), "DATA_INVALID", says);
    });
  }
});

describe("a manifest", () => {
  async function manifest(t: TestContext, name: string, text: string): Promise<string> {
    const folder = await temporaryFolder(t);
    await writeFiles(folder, { [name]: text });
    return join(folder, name);
  }

  it("may be CSV with quotes, a byte order mark and empty cells", async (t) => {
    const path = await manifest(
      t,
      "list.csv",
      '\ufefflabel, path ,group,split\r\ncat,"photos/a, b.jpg",g1,train\r\n\r\ndog,"say ""hi"".png",,test\r\ncat,/abs/c.jpg,g1,validation\r\n',
    );
    const { classes, entries } = await listSource(path, undefined, { outside: "allow" });
    assert.deepEqual(classes, ["cat", "dog"]);
    const folder = join(path, "..");
    assert.deepEqual(entries, [
      { path: "/abs/c.jpg", file: "/abs/c.jpg", label: "cat", line: 5, group: "g1", split: "validation" },
      {
        path: "photos/a, b.jpg",
        file: join(folder, "photos/a, b.jpg"),
        label: "cat",
        line: 2,
        group: "g1",
        split: "train",
      },
      { path: 'say "hi".png', file: join(folder, 'say "hi".png'), label: "dog", line: 4, split: "test" },
    ]);
  });

  it("may have its columns in capitals, the line of a spreadsheet, and splits called as folders are", async (t) => {
    const path = await manifest(
      t,
      "list.csv",
      "\ufeffsep=,\r\nPath,LABEL,Split\r\na.jpg,Cat,Train\r\nb.jpg,dog,val\r\nc.jpg,dog,testing\r\n",
    );
    assert.deepEqual(
      (await listSource(path)).entries.map(({ path: own, label, split, line }) => [own, label, split, line]),
      [
        ["a.jpg", "Cat", "train", 3],
        ["b.jpg", "dog", "validation", 4],
        ["c.jpg", "dog", "test", 5],
      ],
    );
  });

  it("may be JSONL, with numbers as labels", async (t) => {
    const path = await manifest(
      t,
      "list.jsonl",
      '{"path":"a.jpg","label":1,"group":7}\n\n{"path":"sub\\\\b.jpg","label":"2","group":null}\n',
    );
    const { classes, entries } = await listSource(path);
    assert.deepEqual(classes, ["1", "2"]);
    assert.deepEqual(
      entries.map(({ path: own, label, group, line }) => [own, label, group, line]),
      [
        ["a.jpg", "1", "7", 1],
        ["sub/b.jpg", "2", undefined, 3],
      ],
    );
  });

  const WRONG: readonly (readonly [
    what: string,
    name: string,
    text: string,
    code: ErrorCode,
    message: RegExp,
  ])[] = [
    [
      "a row without label",
      "m.csv",
      "path,label\na.jpg,cat\nb.jpg,\n",
      "DATA_INVALID",
      /^m\.csv, line 3: label is empty$/,
    ],
    [
      "a row with too many cells",
      "m.csv",
      "path,label\na.jpg,cat\nb.jpg,dog,x\n",
      "DATA_INVALID",
      /^m\.csv, line 3: it has more or fewer cells than the first line has columns;/,
    ],
    [
      "an open quote",
      "m.csv",
      'path,label\n"a.jpg,cat\nb.jpg,dog\n',
      "DATA_INVALID",
      /^m\.csv, line \d: a quote \("\) is opened here and never closed$/,
    ],
    [
      "no path column",
      "m.csv",
      "file,label\na.jpg,cat\n",
      "DATA_INVALID",
      /^m\.csv, line 1: there is no column path: the first line names the columns, and has file, label$/,
    ],
    [
      "semicolons",
      "m.csv",
      "path;label\na.jpg;cat\n",
      "DATA_INVALID",
      /^m\.csv, line 1: the columns are separated by ;, but a manifest's are by commas: save it as CSV with commas$/,
    ],
    [
      "tabs",
      "m.csv",
      "\npath\tlabel\n",
      "DATA_INVALID",
      /^m\.csv, line 2: the columns are separated by tabs,/,
    ],
    [
      "a spreadsheet's line for semicolons",
      "m.csv",
      "sep=;\npath;label\n",
      "DATA_INVALID",
      /^m\.csv, line 1: the columns are separated by ;,/,
    ],
    [
      "a column twice",
      "m.csv",
      "path,label,Path\na.jpg,cat,b.jpg\n",
      "DATA_INVALID",
      /^m\.csv, line 1: the column path is there twice$/,
    ],
    [
      "a misspelt column",
      "m.csv",
      "path,label,grup\na.jpg,cat,1\n",
      "DATA_INVALID",
      /line 2: unknown column grup: leave it out, if it is not one of path, label, group, split misspelt$/,
    ],
    [
      "an unknown split",
      "m.csv",
      "path,label,split\na.jpg,cat,dev\n",
      "DATA_INVALID",
      /line 2: split must be one of train, validation, test \(or val\)$/,
    ],
    [
      "the same file twice",
      "m.csv",
      "path,label\na.jpg,cat\nb.jpg,dog\n./a.jpg,dog\n",
      "DATA_INVALID",
      /line 4: \.\/a\.jpg is named in line 2 already$/,
    ],
    [
      "splits in some rows only",
      "m.csv",
      "path,label,split\na.jpg,cat,train\nb.jpg,dog,\n",
      "DATA_INVALID",
      /line 3: split is missing/,
    ],
    [
      "broken JSON",
      "m.jsonl",
      '{"path":"a.jpg","label":"cat"}\n{"path":\n',
      "DATA_INVALID",
      /^m\.jsonl, line 2: not a JSON object$/,
    ],
    [
      "a line that is no object",
      "m.jsonl",
      "17\n",
      "DATA_INVALID",
      /line 1: not an object with path and label$/,
    ],
    [
      "a missing key",
      "m.jsonl",
      '{"path":"a.jpg"}\n',
      "DATA_INVALID",
      /line 1: label is missing or no text$/,
    ],
    [
      "one label only",
      "m.csv",
      "path,label\na.jpg,cat\nb.jpg,cat\n",
      "TOO_FEW_CLASSES",
      /only the label "cat" in .*m\.csv/,
    ],
    ["no rows", "m.jsonl", "\n", "TOO_FEW_CLASSES", /found no row/],
    [
      "another kind of file",
      "m.txt",
      "a.jpg cat\n",
      "DATA_INVALID",
      /m\.txt is a file, but no manifest of images$/,
    ],
  ];
  it("is to be unpacked where it is an archive", async (t) => {
    for (const name of ["m.zip", "m.TAR", "m.tar.gz", "m.tgz", "m.7z"]) {
      const error = await failureOf(await manifest(t, name, "PK"));
      assert.equal(error.code, "DATA_INVALID");
      assert.match(error.hint ?? "", /^unpack it, /);
    }
    const error = await failureOf(await manifest(t, "m.txt", "a.jpg cat\n"));
    assert.match(error.hint ?? "", /^a manifest ends in \.csv or \.jsonl/);
  });

  for (const [what, name, text, code, message] of WRONG) {
    it(`is refused with ${what}`, async (t) => {
      await refuses(await manifest(t, name, text), code, message);
    });
  }
});
