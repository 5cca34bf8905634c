/** What is loaded before a command, `thaw --help` for instance, or a worker does anything: as little as possible. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import * as nodeModule from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseSync } from "oxc-parser";

/** Modules that compiled modules import statically, and those that they import: URLs of files, names of packages. */
function loadedBy(entries: readonly URL[]): ReadonlySet<string> {
  const found = new Set<string>(entries.map(({ href }) => href));
  for (const at of found) {
    if (!at.startsWith("file:")) continue;
    const text = readFileSync(new URL(at), "utf8");
    const { staticImports, staticExports } = parseSync(new URL(at).pathname, text).module;
    const requests = [...staticImports, ...staticExports.flatMap(({ entries }) => entries)];
    for (const { moduleRequest } of requests) {
      const name = moduleRequest?.value;
      if (name !== undefined) found.add(name.startsWith(".") ? new URL(name, at).href : name);
    }
  }
  return found;
}

test("help loads the commands' names, and nothing that they do", () => {
  const root = new URL("../../../", import.meta.url);
  const entries = ["main", "mainWith", "program"].map((name) => new URL(`cli/${name}.js`, root));
  const loaded = [...loadedBy(entries)];
  assert.ok(loaded.includes(new URL("cli/commands/runs/run.js", root).href), "the walk finds the commands");
  const packages = loaded.filter((name) => !/^(node|file):/.test(name));
  assert.deepEqual(packages.sort(), ["commander"]);
  const elsewhere = loaded
    .filter((name) => name.startsWith("file:"))
    .map((name) => name.slice(root.href.length))
    .filter((path) => !path.startsWith("cli/") && !path.startsWith("spec/"));
  assert.deepEqual(elsewhere.sort(), [
    "client/version.js",
    "runtime/cacheFolder.js",
    "runtime/compiled.js",
    "runtime/homeFolder.js",
    "runtime/projectFolder.js",
  ]);
});

test("what npm's scripts start begins where there is no TensorFlow yet: it is provided first", () => {
  const root = new URL("../../../", import.meta.url);
  const bootstrap = readFileSync(new URL("../scripts/bootstrap.mjs", root), "utf8");
  const entries = new Set(bootstrap.match(/(?<=")[a-z0-9/]+\.js(?=")/g));
  assert.ok(entries.has("test/run.js") && entries.has("cli/main.js"), "the entries are found");
  for (const entry of entries) {
    if (entry.startsWith("dist/")) continue;
    const loaded = loadedBy([new URL(entry, root)]);
    assert.ok(loaded.size > 5, `the walk finds what ${entry} imports`);
    assert.ok(!loaded.has(new URL("learn/engine.js", root).href), `${entry} loads TensorFlow`);
  }
});

/** What a start of the services waits for, with the packages and folders that each part needs before it has work. */
const STARTS = [
  { part: "the supervisor", entry: "runtime/services/supervision/supervisorMain.js" },
  { part: "what `thaw up` starts the services with", entry: "cli/startEmbedded.js" },
  { part: "the control worker", entry: "worker/controlWorker.js", isWorker: true },
  { part: "the training worker", entry: "worker/trainingWorker.js", isWorker: true },
];
/** Connecting to Temporal and to the store takes them. */
const OF_WORKERS = /^(@temporalio\/(activity|client|common|worker)|minio(\/.*)?|hpagent)$/;
const FOLDERS = /^(activities|cli|files|runtime|spec|store|tracing|worker)\//;
/** What a worker has work for: each is loaded with the first that needs it. */
const WORK =
  /^(activities\/(heavy|light|log|pods\/(start|stop|watch)|steering|training\.js)|spec\/(records|runFile|schemas)|store\/(artifacts|images|records))/;

for (const { part, entry, isWorker = false } of STARTS) {
  test(`${part} loads what it begins with, and no more`, () => {
    const root = new URL("../../../", import.meta.url);
    const loaded = [...loadedBy([new URL(entry, root)])];
    const own = loaded.filter((name) => name.startsWith("file:")).map((name) => name.slice(root.href.length));
    assert.ok(own.length > 20, "the walk goes through the modules");
    const packages = loaded.filter((name) => !/^(node|file):/.test(name));
    assert.deepEqual(
      packages.filter((name) => !(isWorker && OF_WORKERS.test(name))),
      [],
    );
    assert.deepEqual(
      own.filter((path) => !FOLDERS.test(path) || (isWorker && WORK.test(path))),
      [],
    );
  });
}

/** Packages of which modules were loaded, by what V8 says of the process. */
async function packagesOf(folder: string): Promise<readonly string[]> {
  const urls = (await readdir(folder)).map(async (name) => {
    const { result } = JSON.parse(await readFile(join(folder, name), "utf8")) as {
      result: { url: string }[];
    };
    return result.map(({ url }) => url);
  });
  const packages = (await Promise.all(urls)).flat().flatMap((url) => {
    const inside = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url);
    return inside?.[1] ?? [];
  });
  return [...new Set(packages)];
}

for (const words of [
  ["--help"],
  ["--version"],
  ["run", "--help"],
  ["help", "models"],
  ["completion", "bash"],
]) {
  test(`\`thaw ${words.join(" ")}\` loads no package but the one that reads command lines`, async (context) => {
    const folder = await mkdtemp(join(tmpdir(), "thaw-loaded-"));
    context.after(() => rm(folder, { recursive: true }));
    const main = new URL("../../../cli/main.js", import.meta.url).pathname;
    const { status, stdout } = spawnSync(process.execPath, [main, ...words], {
      encoding: "utf8",
      env: { ...process.env, NODE_V8_COVERAGE: folder },
    });
    assert.equal(status, 0);
    assert.notEqual(stdout, "");
    assert.deepEqual(await packagesOf(folder), ["commander"]);
  });
}

test("compiled JavaScript is kept in the cache folder, which is not made for it", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "thaw-compiled-"));
  context.after(() => rm(folder, { recursive: true }));
  const cache = join(folder, "cache");
  const main = new URL("../../../cli/main.js", import.meta.url).pathname;
  const help = (THAW_CACHE: string) => {
    const { NODE_COMPILE_CACHE: _own, NODE_DISABLE_COMPILE_CACHE: _off, ...env } = process.env;
    return spawnSync(process.execPath, [main, "--help"], { encoding: "utf8", env: { ...env, THAW_CACHE } });
  };
  assert.equal(help(cache).status, 0);
  assert.deepEqual(await readdir(folder), []);
  await mkdir(cache);
  const { status, stdout } = help(cache);
  assert.equal(status, 0);
  assert.deepEqual(await readdir(cache), "enableCompileCache" in nodeModule ? ["compiled-javascript"] : []);
  // What is set wrongly is no reason not to help.
  assert.equal(help("~nobody/cache").stdout, stdout);
});
