/** The cache: atomic, safe against killed and concurrent processes, quick to look up. */
import assert from "node:assert/strict";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheFolder } from "../../../runtime/cacheFolder.js";
import {
  forgetCached,
  locateCached,
  provideCached,
  sweepAttempts,
} from "../../../runtime/components/cache.js";
import type { Recipe } from "../../../runtime/components/component.js";
import { isHeld, withLock } from "../../../runtime/lock.js";
import type { ThawError } from "../../../spec/errors.js";
import { provisionInChild, scratchFolder } from "./componentsSupport.js";

const silent = () => undefined;

/** Points the cache at a new folder. */
function freshCache(): string {
  const cache = join(scratchFolder(), "cache");
  process.env.THAW_CACHE = cache;
  return cache;
}

/** The recipe that `provisionInChild` uses, with another way to build. */
const slow = (build: Recipe["build"]): Recipe => ({
  name: "s3-server",
  version: "1",
  folder: "slow-1",
  entry: "file",
  sha256: "x",
  build,
});

const quick = slow(async (into) => writeFileSync(join(into, "file"), "quick"));

test("the cache folder follows THAW_CACHE, then XDG_CACHE_HOME, then the home folder", () => {
  const home = join(homedir(), ".cache", "thaw");
  const cases: [NodeJS.ProcessEnv, string][] = [
    [{ THAW_CACHE: "/a", XDG_CACHE_HOME: "/b" }, "/a"],
    [{ THAW_CACHE: "relative" }, resolve("relative")],
    [{ THAW_CACHE: "", XDG_CACHE_HOME: "/b" }, "/b/thaw"],
    [{ XDG_CACHE_HOME: "relative" }, home],
    [{ XDG_CACHE_HOME: "" }, home],
    [{}, home],
  ];
  for (const [env, expected] of cases) assert.equal(cacheFolder(env), expected);
});

test("a component is built once, then found", async () => {
  const cache = freshCache();
  assert.equal(locateCached(quick), undefined);
  const built = await provideCached(quick, silent);
  assert.deepEqual(built, {
    name: "s3-server",
    path: join(cache, "slow-1", "file"),
    version: "1",
    from: "cache",
  });
  const again = slow(async () => assert.fail("built a second time"));
  assert.deepEqual(await provideCached(again, silent), built);
  assert.deepEqual(locateCached(quick), built);
});

test("a component of another digest or with a damaged file is not found, and is built again", async () => {
  const cache = freshCache();
  await provideCached(quick, silent);
  assert.equal(locateCached({ ...quick, sha256: "y" }), undefined);
  truncateSync(join(cache, "slow-1", "file"), 1);
  assert.equal(locateCached(quick), undefined);
  await provideCached(quick, silent);
  assert.equal(readFileSync(join(cache, "slow-1", "file"), "utf8"), "quick");
  assert.deepEqual(readdirSync(join(cache, ".attempts")), []);
});

test("what is forgotten because its bytes are others is built again", async () => {
  const cache = freshCache();
  await provideCached(quick, silent);
  writeFileSync(join(cache, "slow-1", "file"), "QUICK");
  assert.notEqual(locateCached(quick), undefined);
  await forgetCached(quick);
  assert.equal(locateCached(quick), undefined);
  await provideCached(quick, silent);
  assert.equal(readFileSync(join(cache, "slow-1", "file"), "utf8"), "quick");
});

test("a build that fails leaves nothing behind", async () => {
  const cache = freshCache();
  const failing = slow(async (into) => {
    writeFileSync(join(into, "file"), "half");
    throw new Error("the line went dead");
  });
  await assert.rejects(provideCached(failing, silent), (error: ThawError) => {
    assert.equal(error.code, "PROVISION_FAILED");
    assert.match(error.message, /s3-server .* the line went dead/);
    return true;
  });
  assert.equal(existsSync(join(cache, "slow-1")), false);
  assert.deepEqual(readdirSync(join(cache, ".attempts")), []);
  assert.deepEqual(readdirSync(join(cache, ".locks")), []);
});

test("a killed attempt is never found, and the next call cleans up and succeeds", async () => {
  const cache = freshCache();
  const child = provisionInChild(cache, `await writeFile(into + "/file", "half"); await sleep(60000);`);
  const attempts = join(cache, ".attempts");
  const half = () =>
    existsSync(attempts) &&
    readdirSync(attempts).some((name) => existsSync(join(attempts, name, "new", "file")));
  while (!half()) await sleep(20);
  assert.equal(locateCached(quick), undefined);

  await sweepAttempts(cache);
  assert.equal(half(), true, "an attempt that is under way was swept");

  child.kill("SIGKILL");
  await once(child, "exit");
  assert.equal(locateCached(quick), undefined);
  await sweepAttempts(cache);
  assert.deepEqual(readdirSync(attempts), []);
  await provideCached(quick, silent);
  assert.equal(readFileSync(join(cache, "slow-1", "file"), "utf8"), "quick");
});

test("two processes that provision at once build it once, and both get it", async () => {
  const cache = freshCache();
  const log = join(scratchFolder(), "log");
  const build = `await appendFile(${JSON.stringify(log)}, "built "); await sleep(300); await writeFile(into + "/file", "");`;
  const children = [provisionInChild(cache, build), provisionInChild(cache, build)];
  const exits = await Promise.all(children.map((child) => once(child, "exit")));
  assert.deepEqual(
    exits.map(([code]) => code),
    [0, 0],
  );
  assert.equal(readFileSync(log, "utf8"), "built ");
  assert.notEqual(locateCached(quick), undefined);
});

test("a lock is held by this process while it works, and not afterwards", async () => {
  const lock = join(scratchFolder(), "locks", "one");
  assert.equal(await isHeld(lock), false);
  await withLock(lock, silent, async () => assert.equal(await isHeld(lock), true));
  assert.equal(await isHeld(lock), false);
});

test("a lock is released when the work throws", async () => {
  const lock = join(scratchFolder(), "one");
  await assert.rejects(
    withLock(lock, silent, async () => assert.fail("broken")),
    /broken/,
  );
  assert.equal(await isHeld(lock), false);
});

test("a cache folder that cannot be made is one clear error", async () => {
  const file = join(scratchFolder(), "file");
  writeFileSync(file, "");
  process.env.THAW_CACHE = join(file, "cache");
  await assert.rejects(provideCached(quick, silent), (error: ThawError) => {
    assert.equal(error.code, "PROVISION_FAILED");
    assert.match(error.message, /ENOTDIR/);
    assert.match(error.hint ?? "", /THAW_CACHE/);
    return true;
  });
});

test("a lock that nobody has touched for minutes is taken over", async () => {
  const cache = freshCache();
  mkdirSync(join(cache, ".locks"), { recursive: true });
  const lock = join(cache, ".locks", "s3-server");
  writeFileSync(lock, `${process.pid} some-other-host`);
  assert.equal(await isHeld(lock), true);
  const minutesAgo = Date.now() / 1000 - 300;
  utimesSync(lock, minutesAgo, minutesAgo);
  assert.equal(await isHeld(lock), false);
  await provideCached(quick, silent);
});
