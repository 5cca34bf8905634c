/** What shells offer behind the words of a command line. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { SCRIPTS } from "../../../cli/commands/shell/scripts.js";
import { SHELLS } from "../../../cli/commands/shell/shells.js";
import { placesIn } from "../../../cli/commands/shell/words.js";
import { createProgram } from "../../../cli/program.js";

const program = createProgram();
const places = placesIn(program);

/** What bash offers for the last word. */
function inBash(...words: readonly string[]): readonly string[] {
  const line = words.map((word) => `'${word}'`).join(" ");
  const script = `${SCRIPTS.bash(places)}
COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _thaw; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { status, stdout, stderr } = spawnSync("bash", ["--norc", "-c", script], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout.split("\n").filter((word) => word !== "");
}

describe("completion in bash", () => {
  it("offers every command", () => {
    const names = program.commands.map((command) => command.name());
    assert.deepEqual(
      inBash("thaw", "").filter((word) => !word.startsWith("-")),
      names,
    );
    assert.deepEqual(inBash("thaw", "comp"), ["compare", "completion"]);
  });

  it("offers what stands behind a command, whatever its arguments are", () => {
    assert.deepEqual(inBash("thaw", "--json", "bases", "a"), ["add"]);
    assert.deepEqual(inBash("thaw", "bases", "add", "x.pth", "--ar"), ["--arch"]);
    assert.deepEqual(inBash("thaw", "report", "latest", "--o"), ["--out", "--open"]);
    assert.ok(inBash("thaw", "report", "--").includes("--project"));
    assert.ok(!inBash("thaw", "report", "--").includes("--version"));
  });

  it("offers an option's values", () => {
    assert.deepEqual(inBash("thaw", "export", "--format", ""), ["tfjs", "onnx"]);
    assert.deepEqual(inBash("thaw", "runs", "--status", "fa"), ["failed"]);
  });

  it("leaves files to bash", () => assert.deepEqual(inBash("thaw", "init", "photos/"), []));
});

describe("completion scripts", () => {
  for (const shell of SHELLS) {
    it(`of ${shell} have every command and option`, () => {
      const script = SCRIPTS[shell](places);
      for (const { commands, options } of places) {
        for (const { name } of commands) assert.ok(script.includes(name), name);
        for (const { name } of options)
          assert.ok(script.includes(shell === "fish" ? `-l ${name.slice(2)}` : name), name);
      }
    });

    it(`of ${shell} are accepted by it, where it is installed`, async (t) => {
      const folder = await mkdtemp(join(tmpdir(), "thaw-completion-"));
      t.after(() => rm(folder, { recursive: true }));
      const file = join(folder, "script");
      await writeFile(file, SCRIPTS[shell](places));
      const { error, status, stderr } = spawnSync(shell, ["-n", file], { encoding: "utf8" });
      if (error !== undefined) return t.skip(`there is no ${shell}`);
      assert.equal(status, 0, stderr);
    });
  }
});
