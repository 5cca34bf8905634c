/** What a user has asked for is written whole, or refused in a sentence with what was there before left alone. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { checkOut, unwritable, writeOut } from "../../../client/writeOut.js";
import { ThawError } from "../../../spec/errors.js";

const WHAT = "the report";
let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "thaw-write-out-"));
  await mkdir(join(folder, "sub"));
  await writeFile(join(folder, "there"), "before");
});
after(() => rm(folder, { recursive: true }));

const at = (...names: readonly string[]): string => join(folder, ...names);

describe("what is to be written", () => {
  it("is there whole, and nothing else", async () => {
    await writeOut(at("new"), "text", { what: WHAT, force: false });
    assert.equal(await readFile(at("new"), "utf8"), "text");
    assert.deepEqual((await readdir(folder)).toSorted(), ["new", "sub", "there"]);
  });

  it("takes the place of a file by force only, with its rights, and through a link", async () => {
    await assert.rejects(writeOut(at("there"), "after", { what: WHAT, force: false }), {
      code: "USAGE",
      message: `there is a file ${at("there")} already`,
    });
    assert.equal(await readFile(at("there"), "utf8"), "before");
    await chmod(at("there"), 0o640);
    await symlink("there", at("link"));
    await writeOut(at("link"), "after", { what: WHAT, force: true });
    assert.equal(await readFile(at("there"), "utf8"), "after");
    assert.equal((await stat(at("there"))).mode & 0o777, 0o640);
    assert.ok((await lstat(at("link"))).isSymbolicLink());
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.endsWith(".part")),
      [],
    );
  });

  const REFUSED: Readonly<Record<string, readonly [() => string, RegExp]>> = {
    "into a folder that is not there": [() => at("no", "x"), /: there is no folder .+\/no$/],
    "as a folder": [() => at("sub"), /sub: there is a folder of that name$/],
    "below a file": [() => at("there", "x"), /there is a file, or lies in one$/],
    "by a name that is too long": [() => at("x".repeat(300)), /: its name is too long$/],
  };
  for (const [what, [path, says]] of Object.entries(REFUSED))
    it(`is refused ${what}, before it is made as well`, async () => {
      for (const attempt of [checkOut, (...[to, how]: Parameters<typeof checkOut>) => writeOut(to, "x", how)])
        await assert.rejects(attempt(path(), { what: WHAT, force: true }), (error: ThawError) => {
          assert.equal(error.code, "USAGE");
          assert.match(error.message, says);
          assert.ok(error.hint);
          return true;
        });
    });

  it("on a full disk is an error of the machine, whatever it is", {
    skip: !existsSync("/dev/full"),
  }, async () => {
    await assert.rejects(writeOut("/dev/full", "x".repeat(100_000), { what: WHAT, force: true }), {
      code: "DISK_FULL",
      message: `${WHAT} cannot be written to /dev/full: the disk is full`,
    });
  });
});

describe("an error", () => {
  it("of ours, and one that is none of the file system, stays what it is", () => {
    const ours = new ThawError("NOT_FOUND", "no");
    assert.equal(unwritable("x", WHAT, ours), ours);
    const bug = new TypeError("x is undefined");
    assert.equal(unwritable("x", WHAT, bug), bug);
  });

  it("says which file is in the way of a folder", async () => {
    const error = await mkdir(at("there")).catch((thrown: unknown) => thrown);
    const { message } = unwritable(at("there", "x"), WHAT, error) as ThawError;
    assert.equal(message, `${WHAT} cannot be written to ${at("there", "x")}: ${at("there")} is no folder`);
  });
});
