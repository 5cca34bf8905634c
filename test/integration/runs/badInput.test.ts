/** Wrong input and a broken platform: one clear error, the right exit code, never a stack trace. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import sharp from "sharp";
import { type Outcome, thaw } from "../../support/cli/thaw.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";

let stack: Stack;
before(async () => {
  stack = await sharedStack();
});
after(() => stack.close());

/** Writes a folder-per-class set of tiny images; a value that is text is written as it is. */
async function dataset(name: string, files: Readonly<Record<string, string | undefined>>): Promise<string> {
  const folder = join(stack.folder, name);
  await mkdir(folder, { recursive: true });
  for (const [index, [path, text]] of Object.entries(files).entries()) {
    const file = join(folder, path);
    await mkdir(path.endsWith("/") ? file : join(file, ".."), { recursive: true });
    if (path.endsWith("/")) continue;
    const background = { r: (37 * index) % 256, g: (59 * index) % 256, b: (83 * index) % 256 };
    const image = sharp({ create: { width: 32, height: 32, channels: 3, background } });
    await writeFile(file, text ?? (await image.png().toBuffer()));
  }
  return folder;
}

async function runFile(name: string, text: string): Promise<string> {
  const path = join(stack.folder, `${name}.yaml`);
  await writeFile(path, text);
  return path;
}

function assertOneClearError(outcome: Outcome, status: number, ...said: RegExp[]): void {
  assert.equal(outcome.status, status, outcome.stderr);
  assert.equal(outcome.stdout, "");
  for (const pattern of said) assert.match(outcome.stderr, pattern);
  assert.doesNotMatch(outcome.stderr, /^\s+at /m, "a stack trace");
  assert.ok(outcome.stderr.trim().split("\n").length <= 8, `not one clear error:\n${outcome.stderr}`);
}

const WRONG_DATA: Record<string, { files: Record<string, string | undefined>; said: RegExp[] }> = {
  "one class only": { files: { "cats/1.png": undefined, "cats/2.png": undefined }, said: [/cats/, /class/] },
  "an empty class": { files: { "cats/1.png": undefined, "dogs/": undefined }, said: [/dogs/] },
  "no sub-folders at all": { files: { "1.png": undefined, "2.png": undefined }, said: [/class/] },
};
for (const [what, { files, said }] of Object.entries(WRONG_DATA)) {
  for (const command of ["run", "plan"]) {
    test(`thaw ${command} refuses ${what}`, async () => {
      const name = what.replaceAll(" ", "-");
      await dataset(name, files);
      const file = await runFile(name, `name: bad\ndata: { path: ${name} }\n`);
      assertOneClearError(await thaw([command, file], { cwd: stack.folder }), 2, ...said);
    });
  }
}

test("a folder that is not there is named", async () => {
  const file = await runFile("missing", "name: bad\ndata: { path: nowhere }\n");
  for (const command of ["run", "plan"]) {
    assertOneClearError(await thaw([command, file], { cwd: stack.folder }), 2, /nowhere/);
  }
  assertOneClearError(await thaw(["init", "nowhere"], { cwd: stack.folder }), 2, /nowhere/);
});

test("a wrong key gets its line, the key that was meant and the file", async () => {
  const file = await runFile("typo", "name: bad\ndata: { path: images }\nhead:\n  dropuot: 0.5\n");
  assertOneClearError(
    await thaw(["run", file], { cwd: stack.folder }),
    2,
    /typo\.yaml:4/,
    /dropuot/,
    /dropout/,
  );
});

test("broken YAML gets its line", async () => {
  const file = await runFile("broken", "name: bad\ndata: { path: images\n");
  assertOneClearError(await thaw(["run", file], { cwd: stack.folder }), 2, /broken\.yaml:\d+/);
});

test("a class whose images cannot be read fails the run with the file's name and is not retried", async () => {
  await dataset("unreadable", {
    ...Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`cats/${i}.png`, undefined])),
    "dogs/1.jpg": "this is not a picture",
  });
  const file = await runFile("unreadable", "name: bad\ndata: { path: unreadable }\n");
  const { status, stderr } = await thaw(["run", file], { cwd: stack.folder });
  assert.equal(status, 1, stderr);
  assert.match(stderr, /dogs/);
  assert.doesNotMatch(stderr, /^\s+at /m);
});

test("the runs of a model that there is not are no empty list", async () => {
  const refused = await thaw(["runs", "--model", "bads"], { cwd: stack.folder });
  assertOneClearError(refused, 2, /there is no model called "bads"/, /did you mean bad\?/);
  const known = await thaw(["runs", "--model", "bad", "--status", "completed"], { cwd: stack.folder });
  assert.equal(known.status, 0, known.stderr);
  assert.match(known.stderr, /No run is like that/);
});

test("a plan foresees that a class has no image to train on", async () => {
  await dataset("torn", {
    ...Object.fromEntries(["train/a", "train/b", "test/a", "test/c"].map((at) => [`${at}/1.png`, undefined])),
  });
  const file = await runFile("torn", "name: torn\ndata: { path: torn }\n");
  const refused = await thaw(["plan", file], { cwd: stack.folder });
  assertOneClearError(refused, 2, /the class "c" has no image in the train split/);
});

const NOWHERE = "http://127.0.0.1:9";
const UNREACHABLE: Record<string, { env: Record<string, string>; said: RegExp }> = {
  "Temporal is down": { env: { TEMPORAL_ADDRESS: "127.0.0.1:9" }, said: /127\.0\.0\.1:9/ },
  "S3 is down": {
    env: { THAW_S3_ENDPOINT: NOWHERE, AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" },
    said: /127\.0\.0\.1:9/,
  },
};
for (const [what, { env, said }] of Object.entries(UNREACHABLE)) {
  test(`${what}: exit code 4 and the address`, async () => {
    await dataset("fine", { "cats/1.png": undefined, "dogs/1.png": undefined });
    const file = await runFile("fine", "name: fine\ndata: { path: fine }\n");
    assertOneClearError(await thaw(["run", file], { cwd: stack.folder, env }), 4, said);
  });
}

test("nothing was started: exit code 4 and `thaw up`", async () => {
  const folder = await mkdtemp(join(tmpdir(), "thaw-nothing-"));
  try {
    assertOneClearError(await thaw(["runs"], { cwd: folder }), 4, /thaw up/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("a full disk under the cache: exit code 4, the folder is named, nothing half-made stays", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "thaw-full-"));
  const cache = join(folder, "cache");
  await mkdir(cache);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", cache], { stdio: "ignore" });
  } catch {
    t.skip("mounting a small file system needs root");
    await rm(folder, { recursive: true, force: true });
    return;
  }
  try {
    const env = { THAW_CACHE: cache, PATH: pathWithout("temporal", "weed") };
    assertOneClearError(await thaw(["up"], { cwd: folder, env }), 4, /full/, /cache/);
  } finally {
    execFileSync("umount", [cache]);
    await rm(folder, { recursive: true, force: true });
  }
});

/** The PATH without folders that hold one of the programs, so that they have to be provided. */
function pathWithout(...programs: string[]): string {
  const holds = (folder: string): boolean => programs.some((program) => existsSync(join(folder, program)));
  return (process.env.PATH ?? "")
    .split(":")
    .filter((folder) => !holds(folder))
    .join(":");
}
