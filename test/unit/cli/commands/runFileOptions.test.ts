/** The options that commands with a run file share. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { DEFAULT_RUN_FILE, typedAgain } from "../../../../cli/commands/runs/runFileOptions.js";

test("what was typed is typed again for the same run, and a shell reads the same words", () => {
  assert.equal(typedAgain(DEFAULT_RUN_FILE), "");
  assert.equal(typedAgain("birds.yaml", { set: ["seed=7"] }), " birds.yaml --set seed=7");
  const set = ["unfreeze.stages=[blocks.6, blocks.5]", "card.contact=Ann's $HOME `id` \\ *", "name=ü"];
  const again = typedAgain("my birds.yaml", { set, allowOutside: true });
  const words = execFileSync("/bin/sh", ["-c", `printf '%s\\n'${again}`], { encoding: "utf8" });
  assert.deepEqual(words.trimEnd().split("\n"), [
    "my birds.yaml",
    ...set.flatMap((value) => ["--set", value]),
    "--allow-outside",
  ]);
});
