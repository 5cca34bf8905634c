/** What runs before there are packages: scripts/bootstrap.mjs. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

test("packages are never installed through a link, which would empty the folder it points to", async (t) => {
  const root = await mkdtemp(join(tmpdir(), "thaw-bootstrap-"));
  t.after(() => rm(root, { recursive: true }));
  const project = join(root, "project");
  const shared = join(root, "shared");
  await mkdir(shared);
  await writeFile(join(shared, "theirs"), "kept");
  await cp("scripts/bootstrap.mjs", join(project, "scripts", "bootstrap.mjs"));
  await writeFile(join(project, "package-lock.json"), "{}");
  await symlink(shared, join(project, "node_modules"));
  const { status, stderr } = spawnSync(process.execPath, ["scripts/bootstrap.mjs", "thaw"], {
    cwd: project,
    encoding: "utf8",
  });
  assert.equal(status, 4);
  assert.match(stderr, /node_modules is a link, and not installed from this package-lock\.json/);
  assert.equal(await readFile(join(shared, "theirs"), "utf8"), "kept");
});

/** Writes what it says it compiles: a program that tells how it was called. */
const COMPILER = `
const { mkdirSync, writeFileSync } = require("node:fs");
for (const folder of ["dist/cli", "dist/worker"]) mkdirSync(folder, { recursive: true });
writeFileSync("dist/worker/bundleWorkflows.js", "");
writeFileSync("dist/cli/main.js", "console.log(JSON.stringify([process.pid, ...process.argv.slice(2)])); process.exitCode = 3;");
`;

/** A project with a compiler. @returns its folder */
async function projectWith(compiler: string, include: readonly string[]): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), "thaw-bootstrap-"));
  await cp("scripts/bootstrap.mjs", join(project, "scripts", "bootstrap.mjs"));
  await mkdir(join(project, "node_modules", "typescript", "bin"), { recursive: true });
  await writeFile(join(project, "node_modules", "typescript", "bin", "tsc"), compiler);
  await writeFile(join(project, "package-lock.json"), "{}");
  await writeFile(
    join(project, "node_modules", ".thaw-lock-sha256"),
    createHash("sha256").update("{}").digest("hex"),
  );
  await writeFile(join(project, "tsconfig.json"), JSON.stringify({ include }));
  for (const folder of include) await mkdir(join(project, folder));
  return project;
}

test("the command runs in the process that looked whether it is compiled, and is compiled once", async (t) => {
  const project = await projectWith(COMPILER, ["cli"]);
  t.after(() => rm(project, { recursive: true }));
  const run = () =>
    spawnSync(process.execPath, ["scripts/bootstrap.mjs", "thaw", "plan", "--json"], {
      cwd: project,
      encoding: "utf8",
    });
  const first = run();
  assert.equal(first.stderr, "thaw: compiling …\n");
  const second = run();
  assert.equal(second.stderr, "");
  for (const { status, stdout, pid } of [first, second]) {
    assert.equal(status, 3);
    assert.deepEqual(JSON.parse(stdout), [pid, "plan", "--json"]);
  }
  await writeFile(join(project, "cli", "more.ts"), "");
  assert.equal(run().stderr, "thaw: compiling …\n");
});

/** Compiles what is younger than its memory, as the real one does, and tells of it. */
const REMEMBERING = `
const { appendFileSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } = require("node:fs");
const memory = "dist/.tsbuildinfo";
const last = existsSync(memory) ? statSync(memory).mtimeMs : 0;
for (const folder of ["cli", "worker", "workflows"]) {
  mkdirSync("dist/" + folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    const source = folder + "/" + name;
    if (statSync(source).mtimeMs <= last) continue;
    appendFileSync("done", source + " ");
    const bundle = "require('node:fs').appendFileSync('done', 'bundles');" +
      "for (const of of ['', '.traced']) require('node:fs').writeFileSync('dist/workflows' + of + '.bundle.js', '')";
    writeFileSync("dist/" + source.replace(".ts", ".js"), name === "bundleWorkflows.ts" ? bundle : "");
  }
}
writeFileSync(memory, "");
`;

test("only what has changed is compiled and bundled; output goes with its source, and is made anew when it is lost", async (t) => {
  const project = await projectWith(REMEMBERING, ["cli", "worker", "workflows"]);
  t.after(() => rm(project, { recursive: true }));
  const write = (name: string): Promise<void> => writeFile(join(project, name), "{}");
  for (const name of ["cli/main.ts", "worker/bundleWorkflows.ts", "workflows/run.ts"]) await write(name);
  const done = async (): Promise<string> => {
    await rm(join(project, "done"), { force: true });
    const args = ["scripts/bootstrap.mjs", "thaw"];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: project, encoding: "utf8" });
    assert.deepEqual([status, stderr], [0, "thaw: compiling …\n"]);
    return (await readFile(join(project, "done"), "utf8").catch(() => "")).trim();
  };
  const all = "cli/main.ts worker/bundleWorkflows.ts workflows/run.ts";
  assert.equal(await done(), `${all} bundles`);
  await write("cli/more.ts");
  assert.equal(await done(), "cli/more.ts");
  await write("workflows/run.ts");
  assert.equal(await done(), "workflows/run.ts bundles");
  await rm(join(project, "cli/more.ts"));
  assert.equal(await done(), "");
  assert.equal(existsSync(join(project, "dist/cli/more.js")), false);
  await rm(join(project, "dist/cli/main.js"));
  await write("cli/other.ts");
  assert.equal(await done(), "cli/main.ts cli/other.ts worker/bundleWorkflows.ts workflows/run.ts bundles");
  await write("package-lock.json");
  assert.equal(await done(), "bundles");
});
