/** What runs before there are packages: scripts/bootstrap.mjs. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
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
