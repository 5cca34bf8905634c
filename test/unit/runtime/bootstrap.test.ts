/** What runs before there are packages: scripts/bootstrap.mjs. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
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

test("the command runs in the process that looked whether it is compiled, and is compiled once", async (t) => {
  const project = await mkdtemp(join(tmpdir(), "thaw-bootstrap-"));
  t.after(() => rm(project, { recursive: true }));
  await cp("scripts/bootstrap.mjs", join(project, "scripts", "bootstrap.mjs"));
  await mkdir(join(project, "node_modules", "typescript", "bin"), { recursive: true });
  await writeFile(join(project, "node_modules", "typescript", "bin", "tsc"), COMPILER);
  await writeFile(join(project, "package-lock.json"), "{}");
  await writeFile(
    join(project, "node_modules", ".thaw-lock-sha256"),
    createHash("sha256").update("{}").digest("hex"),
  );
  await writeFile(join(project, "tsconfig.json"), JSON.stringify({ include: ["cli"] }));
  await mkdir(join(project, "cli"));
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
