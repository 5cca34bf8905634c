/** The run file that `thaw init` writes. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import sharp from "sharp";
import { parseDocument, visit } from "yaml";
import { describeFolder, modelName } from "../../../../client/runFile/describeFolder.js";
import { proposeFullRunFile, proposeRunFile } from "../../../../client/runFile/init.js";
import { runFileJsonSchema, type SchemaNode } from "../../../../client/runFile/jsonSchema.js";
import { parseRunFile } from "../../../../client/runFile/parse.js";
import { runFileSchema } from "../../../../spec/runFile/runFile.js";

let folder: string;
/** A coloured one. */
let picture: Buffer;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "thaw-init-"));
  picture = await sharp({ create: { width: 12, height: 9, channels: 3, background: "#c08040" } })
    .png()
    .toBuffer();
});
after(() => rm(folder, { recursive: true }));

async function images(
  name: string,
  counts: Readonly<Record<string, number>>,
  bytes: Uint8Array | string = picture,
): Promise<string> {
  const path = join(folder, name);
  for (const [label, count] of Object.entries(counts)) {
    await mkdir(join(path, label), { recursive: true });
    await Promise.all(
      Array.from({ length: count }, (_, i) => writeFile(join(path, label, `${i}.jpg`), bytes)),
    );
  }
  return path;
}

const fullText = async (...given: Parameters<typeof proposeFullRunFile>): Promise<string> =>
  (await proposeFullRunFile(...given)).text;

function keysOf(node: SchemaNode, prefix = ""): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) =>
    child.type === "object" ? keysOf(child, `${prefix}${key}.`) : [`${prefix}${key}`],
  );
}

test("it is valid, and says what the schema's defaults say", async () => {
  const path = await images("Sign Digits", { "0": 60, "1": 61 });
  const text = await fullText(path, { runFile: join(folder, "thaw.yaml") });
  assert.deepEqual(
    parseRunFile(text, "thaw.yaml", []),
    runFileSchema.parse({
      name: "sign-digits",
      data: { path: "Sign Digits" },
      augment: { kind: "symbols" },
    }),
  );
  assert.match(text, /121 images in 2 classes/);
  assert.match(text, /^# {3}1 {2}61$/m);
  assert.doesNotMatch(text, /WARNING/);
  assert.match(text, /Leave off where sides matter.*\n {2}# flip: false/);
});

test("every key of the schema is written, each under a comment", async () => {
  const path = await images("plain", { a: 60, b: 60 });
  const text = await fullText(path, { runFile: join(folder, "thaw.yaml") });
  const document = parseDocument(text);
  const keys = keysOf(runFileJsonSchema()).filter((key) => !key.startsWith("kubernetes."));
  /** Keys that the kind of data or the base decides unless they are given are written as comments. */
  const left = keys.filter((key) => !document.hasIn(key.split(".")));
  const ofTheKind = ["flip", "crop", "rotate", "colour", "erase"].map((key) => `augment.${key}`);
  assert.deepEqual(left, ["data.folders", ...ofTheKind, "unfreeze.stages"]);
  for (const key of ofTheKind) assert.match(text, new RegExp(`^ {2}# ${key.split(".")[1]}: \\S+$`, "m"));
  assert.match(text, /^ {2}# .*Left out: the two uppermost.*\n {2}# stages:$/m);
  assert.match(
    text,
    /^# Candidates.*\(for example \[efficientnet-lite0, efficientnet-lite1\]\)\nbases: \[\]$/m,
  );
  assert.match(text, /^# The pod that trains.*keys namespace, image, .*\n# kubernetes:$/m);
  const all = parseRunFile(
    text.replace(/^ {2}# (flip|crop|rotate|colour|erase): /gm, "  $1: "),
    "thaw.yaml",
    [],
  );
  assert.deepEqual(all, parseRunFile(text, "thaw.yaml", []), "as comments they say what holds");
  let pairs = 0;
  visit(document, {
    Pair: () => {
      pairs++;
    },
  });
  const lines = text.split("\n");
  const written = lines.filter(
    (line, index) => /^ *\w+:/.test(line) && /^ *# \S/.test(lines[index - 1] ?? ""),
  );
  assert.equal(written.length, pairs);
});

test("images outside of the folder are read where that is allowed, and the run file says so", async () => {
  const path = await images("linking", { a: 60, b: 60 });
  await symlink(await images("beside", { c: 60, d: 60 }), join(path, "b/more"));
  const runFile = join(folder, "thaw.yaml");
  const found = await describeFolder(path);
  assert.match(found.warnings.join(), /“b\/more” left out as a link that leads out of the source/);
  assert.equal(found.images, 120);
  for (const propose of [proposeRunFile, proposeFullRunFile]) {
    const { text, found: all } = await propose(path, { runFile, outside: "allow" });
    assert.equal(all.images, 240);
    assert.equal(parseRunFile(text, "thaw.yaml", []).data.outside, "allow");
    assert.equal(
      parseRunFile((await propose(path, { runFile })).text, "thaw.yaml", []).data.outside,
      "refuse",
    );
  }
});

test("folders with two readings are read as it is told, and the run file says so", async () => {
  const path = await images("parted", { "train/a": 60, "train/b": 60, "test/a": 9, "test/b": 9, rest: 3 });
  const runFile = join(folder, "thaw.yaml");
  await assert.rejects(fullText(path, { runFile }), { code: "DATA_INVALID", hint: /thaw init --folders/ });
  const text = await fullText(path, { runFile, folders: "splits" });
  assert.match(text, /^ {2}folders: splits$/m);
  assert.equal(parseRunFile(text, "thaw.yaml", []).data.folders, "splits");
  assert.match(text, /The folders divide the images: train for training, test held out for the test/);
  const classes = await fullText(path, { runFile, folders: "classes" });
  assert.match(classes, /WARNING: “test”, “train” are taken as classes, though they are named like splits/);
});

test("names that hardly differ are warned of, and a folder called latest gives another name", async () => {
  const path = await images("latest", { Cat: 60, cat: 60 });
  const text = await fullText(path, { runFile: join(folder, "thaw.yaml") });
  assert.match(text, /^# WARNING: “Cat” and “cat” are different classes, though their names hardly differ/m);
  assert.equal(parseRunFile(text, "thaw.yaml", []).name, "latest-model");
});

test("the images are named from where the run file lies", async () => {
  const path = await images("photos", { a: 60, b: 60 });
  const text = await fullText(path, { runFile: join(folder, "deep", "er", "thaw.yaml"), name: "other" });
  const file = parseRunFile(text, "thaw.yaml", []);
  assert.equal(file.data.path, "../../photos");
  assert.equal(file.name, "other");
  const schema = /^# yaml-language-server: \$schema=(.+)$/m.exec(text)?.[1] ?? "";
  assert.match(resolve(folder, "deep", "er", schema), /docs\/thaw\.schema\.json$/);
  await assert.rejects(fullText(path, { runFile: "thaw.yaml", name: "No Name" }), {
    code: "USAGE",
    message: /No Name/,
  });
});

const KINDS: Readonly<Record<string, { classes: string[]; colour?: string; kind: string }>> = {
  digits: { classes: ["0", "7", "12"], kind: "symbols" },
  letters: { classes: ["A", "B", "ß"], kind: "symbols" },
  "findings by name": { classes: ["healthy", "Tumour_2"], kind: "medical" },
  "grey pictures": { classes: ["no", "yes"], colour: "#808080", kind: "medical" },
  "coloured pictures": { classes: ["no", "yes"], colour: "#c08040", kind: "general" },
  "files that cannot be read": { classes: ["no", "yes"], kind: "general" },
};
for (const [what, { classes, colour, kind }] of Object.entries(KINDS)) {
  test(`${what} are taken for ${kind}`, async () => {
    const counts = Object.fromEntries(classes.map((name) => [name, 6]));
    const path = await images(what, counts, "");
    for (const name of colour === undefined ? [] : classes) {
      for (let i = 0; i < 6; i++) {
        const size = { width: 40, height: 30, channels: 3 } as const;
        const picture = sharp({ create: { ...size, background: colour ?? "" } });
        await picture.jpeg().toFile(join(path, name, `${i}.jpg`));
      }
    }
    const text = await fullText(path, { runFile: join(folder, "thaw.yaml") });
    assert.equal(parseRunFile(text, "thaw.yaml", []).augment.kind, kind);
    assert.match(text, new RegExp(`^# augment.kind is ${kind}: \\S.*\\. Change it`, "m"));
  });
}

const WARNED: Readonly<Record<string, { counts: Record<string, number>; warnings: RegExp[] }>> = {
  "few images": { counts: { a: 20, b: 20 }, warnings: [/^40 images are few/] },
  "small classes": {
    counts: { a: 60, b: 60, c: 4, d: 6 },
    warnings: [
      /^classes with fewer than 5 images: c$/,
      /^a has more than 10 times as many images as c \(60 to 4\)/,
    ],
  },
  "no imbalance at exactly ten to one": { counts: { a: 100, b: 10 }, warnings: [] },
  "imbalance beyond it": { counts: { a: 101, b: 10 }, warnings: [/\(101 to 10\)/] },
};
for (const [what, { counts, warnings }] of Object.entries(WARNED)) {
  test(`it warns of ${what}`, async () => {
    const path = await images(what, counts);
    const found = await describeFolder(path);
    assert.equal(found.warnings.length, warnings.length, found.warnings.join("\n"));
    for (const [index, pattern] of warnings.entries()) assert.match(found.warnings[index] ?? "", pattern);
    const text = await fullText(path, { runFile: join(folder, "thaw.yaml") });
    for (const warning of found.warnings) assert.ok(text.includes(`# WARNING: ${warning}`));
    assert.equal(parseRunFile(text, "thaw.yaml", []).data.path, what);
  });
}

test("a class of which no image can be read is told, with the files and why", async () => {
  const path = await images("half", { bad: 3, good: 120 });
  for (const name of ["0", "1", "2"]) await writeFile(join(path, "bad", `${name}.jpg`), "no picture");
  const { found, text } = await proposeRunFile(path, { runFile: join(folder, "thaw.yaml") });
  assert.match(
    found.warnings[0] ?? "",
    /^the class "bad" has no readable image \(bad\/0\.jpg: .+; bad\/1\.jpg: .+; bad\/2\.jpg: .+\): replace these files/,
  );
  assert.match(text, /^# WARNING: the class "bad" has no readable image/m);
  // One that can be read is enough.
  await writeFile(join(path, "bad", "2.jpg"), picture);
  assert.doesNotMatch((await describeFolder(path)).warnings.join(), /readable/);
});

test("splits with which a run would end are told, in the words of its end", async () => {
  const path = await images("torn", { "train/a": 60, "train/b": 60, "test/a": 9, "test/c": 9 });
  const { found, text } = await proposeRunFile(path, { runFile: join(folder, "thaw.yaml") });
  const told = 'the class "c" has no image in the train split: give some of its images the split train';
  assert.ok(
    found.warnings.some((warning) => warning.startsWith(told)),
    found.warnings.join("\n"),
  );
  assert.ok(text.includes(`# WARNING: ${told}`));
});

test("the short run file says what was chosen and means the same as the full one", async () => {
  const path = await images("Short Ones", { "0": 60, "1": 61 });
  const options = { runFile: join(folder, "thaw.yaml") };
  const { text } = await proposeRunFile(path, options);
  assert.deepEqual(
    parseRunFile(text, "thaw.yaml", []),
    parseRunFile(await fullText(path, options), "thaw.yaml", []),
  );
  assert.deepEqual(text.split("\n").slice(1), [
    "# Written by `thaw init` after a look at 121 images in 2 classes. Every other key has its default:",
    "# `thaw init --full` writes them all with their meaning, and editors show them from the schema above.",
    "",
    "name: short-ones",
    "data:",
    "  path: Short Ones",
    "augment:",
    "  # the classes are called by single letters or numbers; else general, photographs, symbols, medical or textures.",
    "  kind: symbols",
    "# What `thaw retrain` does with a version that it has trained: it is held against the one in use, on the same images.",
    "# model:",
    "#   promote: ask      # or automatic, never",
    "#   depth: full       # or auto: a retraining trains as deep as what changed asks for; from-champion, head",
    "#   rule: better      # or not-worse, by at most `margin: 0.01`",
    "",
  ]);
  const unlocked = text.replace(/^# (?=model:| {2})/gm, "");
  assert.deepEqual(parseRunFile(unlocked, "thaw.yaml", []), parseRunFile(text, "thaw.yaml", []));
  assert.match(await fullText(path, options), /^model:\n/m);
});

test("files that are passed over are counted by reason", async () => {
  const path = await images("odd", { a: 60, b: 60 });
  for (const name of ["notes.txt", "more.txt", "lost.jpg"]) await writeFile(join(path, name), picture);
  const { ignored, ignoredWhy } = await describeFolder(path);
  assert.equal(ignored, 3);
  assert.equal(
    ignoredWhy.reduce((sum, { files }) => sum + files, 0),
    3,
  );
  for (const { example } of ignoredWhy) assert.match(example, /^(notes|more|lost)\./);
});

test("a manifest is described like a folder", async () => {
  const path = join(folder, "Labels.csv");
  const rows = Array.from(
    { length: 120 },
    (_, i) => `${i}.jpg,${i % 2 === 0 ? "even" : "odd"},${i % 3 === 0 ? "test" : "train"}`,
  );
  await writeFile(path, ["path,label,split", ...rows].join("\n"));
  const found = await describeFolder(path);
  assert.deepEqual(found.classes, [
    { name: "even", images: 60 },
    { name: "odd", images: 60 },
  ]);
  assert.equal(
    found.splits,
    "The manifest divides the images; a share of the training images validates, and the share for the test is not used.",
  );
  const text = await fullText(path, { runFile: join(folder, "thaw.yaml") });
  assert.equal(parseRunFile(text, "thaw.yaml", []).name, "labels");
  assert.match(text, /^# The manifest divides the images; /m);
});

test("folders of splits are told, and which of them is held out", async () => {
  const path = join(folder, "divided");
  for (const [split, images] of Object.entries({ train: 60, val: 20 })) {
    for (const name of ["ant", "bee"]) {
      await mkdir(join(path, split, name), { recursive: true });
      for (let i = 0; i < images; i++) await writeFile(join(path, split, name, `${i}.jpg`), "");
    }
  }
  const text = await fullText(path, { runFile: join(folder, "thaw.yaml") });
  assert.match(text, /look at 160 images in 2 classes:/);
  assert.match(
    text,
    /^# The folders divide the images: train for training, val held out for the test; a share of the training images validates/m,
  );
  await mkdir(join(path, "Test", "ant"), { recursive: true });
  await writeFile(join(path, "Test", "ant", "1.jpg"), "");
  assert.equal(
    (await describeFolder(path)).splits,
    "The folders divide the images: train for training, val for validation, Test held out for the test; the shares below are not used.",
  );
});

const NAMES: Readonly<Record<string, string>> = {
  "/data/Sign Digits_2/": "sign-digits-2",
  "/data/Früchte & Gemüse": "fruchte-gemuse",
  "/data/写真": "model",
  "/data/--x--": "x",
  [`/data/${"long ".repeat(20)}`]: "long-long-long-long-long-long-long-long",
  "/data/2024": "2024",
};
for (const [path, name] of Object.entries(NAMES)) {
  test(`the model of ${path} is called ${name}`, () => {
    assert.equal(modelName(path), name);
    assert.equal(parseRunFile(`name: "${name}"\ndata: { path: x }\n`, "thaw.yaml", []).name, name);
  });
}
