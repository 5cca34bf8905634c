/** The help of every command. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { failureOf } from "../../../cli/failure.js";
import { createProgram } from "../../../cli/program.js";

/** @param names of a command, and of one below it */
function helpOf(...names: readonly string[]): string {
  const command = names.reduce((above, name) => {
    const found = above.commands.find((candidate) => candidate.name() === name);
    assert.ok(found, name);
    return found;
  }, createProgram());
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => 80,
  });
  command.outputHelp();
  return text;
}

const COMMANDS = [
  ...["init", "plan", "run", "watch", "logs", "explain", "runs", "cancel", "resume"],
  ...["pause", "unpause", "set", "stop"],
  ...["report", "compare", "diff", "models", "lineage", "get", "predict", "export"],
  ...["retrain", "schedule", "drift", "prove", "approvals", "approve", "reject", "promote", "rollback"],
  ...["notifications"],
  ...["bases", "pin", "unpin", "gc"],
  ...["up", "down", "status", "doctor", "schema", "completion"],
];

describe("help", () => {
  it("lists every command", () => {
    assert.deepEqual(
      createProgram().commands.map((command) => command.name()),
      [...COMMANDS, "help"],
    );
  });

  it("ends with a line break, so that a prompt begins a line of its own", () => {
    for (const names of [[], ["run"], ["schedule"], ["schedule", "apply"]])
      assert.match(helpOf(...names), /[^\n]\n+$/, names.join(" "));
  });

  it("has every command on one screen", () => {
    const lines = helpOf().split("\n");
    for (const line of lines) assert.ok(line.length <= 80, line);
    assert.ok(lines.length <= 56, `${lines.length} lines`);
    for (const name of [...COMMANDS, "help"])
      assert.ok(
        lines.some((line) => new RegExp(`^  (\\w+, )?${name}[, ]`).test(line)),
        name,
      );
  });

  for (const [words, hint] of [
    [["nosuch"], "`thaw --help` lists the commands"],
    [["repot"], "did you mean `thaw help report`?"],
    [["bases", "ad"], "did you mean `thaw help bases add`?"],
  ] as const) {
    it(`of what is no command (${words.join(" ")}) says what may be meant`, async () => {
      const refused = createProgram().parseAsync(["help", ...words], { from: "user" });
      const failure = failureOf(await refused.catch((error: unknown) => error));
      assert.equal(failure?.exitCode, 2);
      assert.equal(failure?.message, `there is no command 'thaw ${words.join(" ")}'`);
      assert.equal(failure?.hint, hint);
    });
  }

  it("of bases remove says that all versions go, and has an example", () => {
    const text = helpOf("bases", "remove");
    assert.match(text, /with all of its versions/);
    assert.match(text, /\nExamples:\n {2}# .+\n {2}\$ .*thaw bases remove xray/);
    assert.ok(text.includes("--json"));
  });

  for (const name of COMMANDS) {
    it(`of ${name} has an example and the shared options`, () => {
      const text = helpOf(name);
      assert.match(text, new RegExp(`\\nExamples:\n  # .+\n  \\$ .*thaw ${name}`));
      for (const option of ["--json", "--no-color", "--project <folder>"])
        assert.ok(text.includes(option), option);
      for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
    });
  }
});
