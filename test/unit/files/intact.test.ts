/** Copies of files on this machine: what was changed is noticed, whatever its size and times say. */
import assert from "node:assert/strict";
import { mkdtempSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileDigest, lookAt, noteIntact } from "../../../files/intact.js";

const folder = mkdtempSync(join(tmpdir(), "thaw-intact-"));

test("a file of the same size and time with other bytes is noticed, in a process that knew it", async () => {
  const path = join(folder, "weights");
  writeFileSync(path, "weights");
  const { atime, mtime } = statSync(path);
  const digest = await fileDigest(path);
  assert.equal(await lookAt(path, digest), "intact");
  assert.equal(await lookAt(path, digest), "intact");
  writeFileSync(path, "weighty");
  utimesSync(path, atime, mtime);
  assert.equal(await lookAt(path, digest), "changed");
  writeFileSync(path, "weights");
  assert.equal(await lookAt(path, digest), "intact");
});

test("a file that is not there is told from one that was changed", async () => {
  assert.equal(await lookAt(join(folder, "none"), "a".repeat(64)), "absent");
  assert.equal(await lookAt(folder, "a".repeat(64)), "absent");
});

test("what its writer has digested is not read again, until somebody touches it", async () => {
  const path = join(folder, "noted");
  writeFileSync(path, "noted");
  const said = "b".repeat(64);
  await noteIntact(path, said);
  assert.equal(await lookAt(path, said), "intact");
  writeFileSync(path, "other");
  assert.equal(await lookAt(path, said), "changed");
});
