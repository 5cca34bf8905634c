/** Test files that share a process: what each is told of, and what becomes of it when a file ends the process, fills it or does not end. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import type { FileRun, RunOptions } from "../../support/run/runFiles.js";

const RUN_FILES = new URL("../../support/run/runFiles.js", import.meta.url).href;
const HEAD =
  'import { test, before, after, beforeEach } from "node:test"; import assert from "node:assert";\n';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "thaw-shared-process-"));
  await mkdir(join(folder, "test"));
});
after(() => rm(folder, { recursive: true }));

let trials = 0;

/** @param files by name; @returns what each came to, in the order in which it was told */
async function runs(
  files: Readonly<Record<string, string>>,
  options: Partial<RunOptions> = {},
): Promise<readonly FileRun[]> {
  const own = join(folder, "test", `${trials++}`);
  await mkdir(own);
  const paths = Object.entries(files).map(async ([name, source]) => {
    const path = join(own, `${name}.test.mjs`);
    await writeFile(path, HEAD + source);
    return path;
  });
  const script = `import { runFiles } from ${JSON.stringify(RUN_FILES)};
const runs = [];
const options = ${JSON.stringify({ timeout: 600_000, ...options })};
await runFiles(${JSON.stringify(await Promise.all(paths))}, options, (run) => runs.push(run));
console.log("\\0" + JSON.stringify(runs) + "\\0");`;
  // Within a test process \`node:test\` runs no files.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  await writeFile(join(own, "script.mjs"), script);
  const child = spawn(process.execPath, [join(own, "script.mjs")], {
    ...{ env, stdio: ["ignore", "pipe", "inherit"] },
  });
  const [, json = "[]"] = (await text(child.stdout)).split("\0");
  return JSON.parse(json) as FileRun[];
}

const PASSES = 'test("passes", () => {});\n';
const brief = (all: readonly FileRun[]): readonly string[] =>
  all.map(({ file, totals, unsteady }) => {
    const name = file.replace(/^.*\/|\.test\.mjs$/g, "");
    return `${name} ${totals.passed}/${totals.failed}/${totals.skipped}${unsteady ? " unsteady" : ""}`;
  });

test("each file is counted and told for itself; hooks and what it awaits are its own", async () => {
  const order = "globalThis.order ??= [];\n";
  const all = await runs({
    first: `${order}before(() => order.push("before"));
await new Promise((resolve) => setTimeout(resolve, 20));
beforeEach(() => order.push("each"));
after(() => order.push("after"));
test("one", () => order.push("one"));
test("two", { skip: true }, () => {});
test("bad", () => assert.equal(1, 2));`,
    second: `${order}order.push("loaded");
test("sees what came before", () =>
  assert.deepEqual(order, ["before", "each", "one", "each", "after", "loaded"]));`,
  });
  assert.deepEqual(brief(all), ["first 1/1/1", "second 1/0/0"]);
  assert.match(all[0]?.failures.join() ?? "", /first.*: bad\n.*1 == 2/s);
  assert.match(all[0]?.told ?? "", /✔ one/);
  assert.doesNotMatch(all[0]?.told ?? "", /sees what|ℹ/);
  for (const { seconds, failures } of all.slice(1)) assert.ok(seconds > 0 && failures.length === 0);
});

test("a file without tests, that cannot be loaded, or whose hook fails, fails by its name", async () => {
  const all = await runs({
    none: "",
    broken: 'import "./nowhere.mjs";',
    throws: 'throw new Error("at its top");',
    hook: `before(() => { throw new Error("in its hook"); });\n${PASSES}`,
    good: PASSES,
  });
  assert.deepEqual(
    all.map(({ totals }) => totals.failed > 0),
    [true, true, true, true, false],
  );
  const [none, broken, throws, hook] = all.map(({ failures }) => failures.join("\n"));
  assert.match(none ?? "", /none.*it has no test/s);
  assert.match(broken ?? "", /broken.*nowhere\.mjs/s);
  assert.match(throws ?? "", /throws.*at its top/s);
  assert.match(hook ?? "", /hook.*in its hook/s);
});

test("a file that ends the process is named and tried alone, and those after it run all the same", async () => {
  const ends = 'test("ends", () => process.exit(7));\n';
  assert.deepEqual(brief(await runs({ a: PASSES, ends, b: PASSES, c: PASSES })), [
    ...["a 1/0/0", "ends 0/1/0", "b 1/0/0", "c 1/0/0"],
  ]);
  const [alone] = await runs({ ends });
  assert.match(alone?.failures.join() ?? "", /ends.*exit code 7/);
});

test("one that ends only a process which it shares is unsteady, and so is one that is killed with it", async () => {
  const marked = "globalThis.marked = true;\n";
  const ends = 'test("ends", () => globalThis.marked && process.kill(process.pid, "SIGKILL"));\n';
  const all = await runs({ a: marked + PASSES, ends, b: PASSES });
  assert.deepEqual(brief(all), ["a 1/0/0", "ends 1/0/0 unsteady", "b 1/0/0"]);
  assert.match(all[1]?.unsteady?.join() ?? "", /ends.*SIGKILL/);
});

test("a process that has grown begins no other file: the next ones have another", async () => {
  const pid =
    'test("is alone", () => { assert.equal(globalThis.who, undefined); globalThis.who = process.pid; });\n';
  assert.deepEqual(brief(await runs({ a: pid, b: pid, c: pid }, { room: 1 })), [
    "a 1/0/0",
    "b 1/0/0",
    "c 1/0/0",
  ]);
});

test("a file that hangs fails by its name, and the one after it is begun", async () => {
  const hangs = `test("hangs", () => new Promise(() => {
  const timer = setInterval(() => {}, 1000);
  globalThis.release = () => clearInterval(timer);
}));`;
  const all = await runs({ hangs, a: `globalThis.release?.();\n${PASSES}` }, { timeout: 1000 });
  assert.match(all[0]?.failures.join() ?? "", /hangs.*timed out after 1000ms/s);
  assert.equal(all.length, 2);
});

test("nobody else is blamed for a process that ends because nothing keeps it", async () => {
  const waits = 'test("waits", () => new Promise(() => {}));\n';
  const all = await runs({ waits, a: PASSES, b: PASSES }, { timeout: 1000 });
  assert.deepEqual(
    all.map(({ unsteady }) => unsteady),
    [undefined, undefined, undefined],
  );
  assert.ok((all[0]?.totals.failed ?? 0) > 0);
});
