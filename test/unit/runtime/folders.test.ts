/** Where the cache and the project are, with homes and owners as machines have them. */
import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { cacheFolder } from "../../../runtime/cacheFolder.js";
import { findProjectFolder } from "../../../runtime/projectFolder.js";
import { foreignProject, layoutOf } from "../../../runtime/services/layout.js";
import { withVariables } from "../../support/machine/variables.js";

const folder = mkdtempSync(join(tmpdir(), "thaw-folders-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("a tilde that no shell has replaced is the home folder", () => {
  assert.equal(cacheFolder({ THAW_CACHE: "~/x" }), join(homedir(), "x"));
  assert.equal(cacheFolder({ THAW_CACHE: "~" }), homedir());
  assert.equal(findProjectFolder(undefined, { THAW_PROJECT: "~/p" }, "/"), join(homedir(), "p"));
});

test("a tilde with a user's name is refused, and a folder of such a name is reached by a path", () => {
  assert.throws(() => cacheFolder({ THAW_CACHE: "~ann/x" }), {
    code: "USAGE",
    message: /home of another user/,
  });
  assert.equal(cacheFolder({ THAW_CACHE: "./~ann" }), join(process.cwd(), "~ann"));
});

test("with a relative HOME the cache does not move with the working folder", async () => {
  await withVariables({ HOME: "home/me" }, async () => {
    assert.equal(cacheFolder({}), join(userInfo().homedir, ".cache", "thaw"));
  });
});

describe("another user's project", {
  skip: process.getuid?.() === 0 ? false : "only root makes other users' folders",
}, () => {
  const theirs = join(folder, "theirs");
  const below = join(theirs, "a", "b");
  mkdirSync(below, { recursive: true });
  mkdirSync(join(theirs, ".thaw"), { mode: 0o700 });
  if (process.getuid?.() === 0) chownSync(join(theirs, ".thaw"), 4711, 4711);

  test("is not taken for one's own because it lies above", () => {
    assert.equal(findProjectFolder(undefined, {}, below, 1000), below);
    assert.equal(findProjectFolder(undefined, {}, below, 4711), theirs);
    assert.equal(findProjectFolder(undefined, {}, below, 0), theirs);
  });

  test("is named with its owner where the system gives no access", () => {
    const { message, hint = "" } = foreignProject(layoutOf(theirs), new Error("EACCES"));
    assert.match(message, /belongs to another user: .*\.thaw is of user 4711, and you are 0/);
    assert.match(hint, /--project/);
  });
});

test("one's own folder without rights is told with what mends them", () => {
  const own = join(folder, "own");
  mkdirSync(join(own, ".thaw"), { recursive: true });
  chmodSync(join(own, ".thaw"), 0o500);
  const { message, hint = "" } = foreignProject(layoutOf(own), new Error("EACCES: permission denied"));
  assert.match(message, /\.thaw cannot be used: EACCES/);
  assert.match(hint, /chmod -R u\+rwX/);
});
