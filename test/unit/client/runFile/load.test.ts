/** Run files on disk and the images beside them. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { proposeFullRunFile } from "../../../../client/runFile/init.js";
import { dataPathFrom, loadRunFile } from "../../../../client/runFile/load.js";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "thaw-load-"));
  for (const name of ["cats", "dogs"]) {
    await mkdir(join(folder, "project", "photos", name), { recursive: true });
    await writeFile(join(folder, "project", "photos", name, "1.png"), "");
  }
  await mkdir(join(folder, "project", "one", "cats"), { recursive: true });
  await writeFile(join(folder, "project", "thaw.yaml"), "name: pets\ndata: { path: photos }\n");
});
after(() => rm(folder, { recursive: true }));

test("the images are found from the run file's folder, not from the current one", async () => {
  const { file, dataPath } = await loadRunFile(join(folder, "project", "thaw.yaml"), ["seed=3"]);
  assert.equal(dataPath, join(folder, "project", "photos"));
  assert.equal(file.data.path, "photos");
  assert.equal(file.seed, 3);
});

test("a run file of another encoding is refused with its line, and UTF-16 with a mark is read", async () => {
  const path = join(folder, "project", "umlaut.yaml");
  const text = "name: pets\ndata: { path: photos } # Hähne\n";
  await writeFile(path, Buffer.from(text, "latin1"));
  await assert.rejects(loadRunFile(path, []), {
    code: "RUN_FILE_INVALID",
    message: /umlaut\.yaml:2: the text is not UTF-8 here: it looks like Windows-1252.*Hähne/,
  });
  for (const bytes of [Buffer.from(`\ufeff${text}`, "utf16le"), Buffer.from(`\ufeff${text}`)]) {
    await writeFile(path, bytes);
    assert.equal((await loadRunFile(path, [])).file.name, "pets");
  }
});

test("a run file that does not end is refused after its first megabyte", async () => {
  await assert.rejects(loadRunFile("/dev/zero", []), {
    code: "USAGE",
    message: "/dev/zero has more than 1 MB, as no run file has",
  });
});

test("what is odd about the images' names is told, and folders are read as the file says", async () => {
  const path = join(folder, "project", "thaw.yaml");
  for (const name of [
    "odd/Cat",
    "odd/cat",
    "splits/train/a/x",
    "splits/train/b/x",
    "splits/test/a",
    "splits/more",
  ]) {
    await mkdir(join(folder, "project", name), { recursive: true });
    await writeFile(join(folder, "project", name, "1.png"), "");
  }
  assert.deepEqual((await loadRunFile(path, [])).warnings, []);
  assert.match(
    (await loadRunFile(path, ["data.path=odd"])).warnings[0] ?? "",
    /“Cat” and “cat” are different/,
  );
  await assert.rejects(loadRunFile(path, ["data.path=splits"]), {
    code: "DATA_INVALID",
    message: /two ways/,
  });
  const { file } = await loadRunFile(path, ["data.path=splits", "data.folders=splits"]);
  assert.equal(file.data.folders, "splits");
});

test("a model cannot have a name that means something else", async () => {
  const path = join(folder, "project", "thaw.yaml");
  await assert.rejects(loadRunFile(path, ["name=latest"]), {
    code: "RUN_FILE_INVALID",
    message: /it means the last run in commands: use another name/,
  });
  assert.equal((await loadRunFile(path, ["name=latest-pets"])).file.name, "latest-pets");
});

test("without a run file the way to one is shown", async () => {
  await assert.rejects(loadRunFile(join(folder, "thaw.yaml"), []), {
    code: "NOT_FOUND",
    message: `there is no run file ${join(folder, "thaw.yaml")}`,
    hint: /thaw init FOLDER/,
  });
  await assert.rejects(loadRunFile("head.epochs=3", []), { hint: /of its own: --set head\.epochs=3$/ });
  await assert.rejects(loadRunFile(folder, []), { code: "USAGE", message: /is a folder, not a run file/ });
});

test("images that are not there, or are no classes, are reported before anything starts", async () => {
  const path = join(folder, "project", "thaw.yaml");
  await assert.rejects(loadRunFile(path, ["data.path=nowhere"]), {
    code: "DATA_NOT_FOUND",
    message: /project\/nowhere/,
  });
  await assert.rejects(loadRunFile(path, ["data.path=one"]), { code: "TOO_FEW_CLASSES", message: /cats/ });
});

const NO_PATHS: Readonly<Record<string, readonly [message: RegExp, hint: RegExp]>> = {
  "~/photos": [
    /begins with ~, which only a shell knows/,
    new RegExp(`^write ${join(homedir(), "photos")}, or \\./~/photos for`),
  ],
  "~": [/begins with ~/, /^write \//],
  "file:///srv/my%20photos": [
    /only s3:\/\/BUCKET\/PREFIX is read$/,
    /^write the path itself, \/srv\/my photos$/,
  ],
  "file://far/away": [/is an address/, /^write the path itself, as in/],
  "https://example.org/photos.zip": [/is an address/, /a bucket at the store's endpoint$/],
};
for (const [path, [message, hint]] of Object.entries(NO_PATHS)) {
  test(`${path} is not taken for a folder beside the run file`, async () => {
    const file = join(folder, "project", "thaw.yaml");
    await assert.rejects(loadRunFile(file, [`data.path="${path}"`]), { code: "USAGE", message, hint });
    await assert.rejects(proposeFullRunFile(path, { runFile: file }), { code: "USAGE", message, hint });
  });
}

test("a folder may be called ~", () => {
  assert.equal(dataPathFrom("/project", "./~/photos"), "/project/~/photos");
  assert.equal(dataPathFrom("/project", "~photos"), "/project/~photos");
});
