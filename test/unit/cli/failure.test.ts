/** What people and programs are told of an error. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CommanderError } from "commander";
import { failureOf, failureText } from "../../../cli/failure.js";
import { createColours } from "../../../cli/terminal/colours.js";
import { ThawError } from "../../../spec/errors.js";

const plain = createColours(false);

function told(error: unknown): string {
  const failure = failureOf(error);
  assert.ok(failure);
  return failureText(failure, plain, false);
}

describe("failures", () => {
  it("give code, sentence, hint and exit code of the project's own errors", () => {
    const error = new ThawError("TEMPORAL_UNREACHABLE", "no server answers", { hint: "thaw up" });
    assert.equal(failureOf(error)?.exitCode, 4);
    assert.equal(told(error), "error TEMPORAL_UNREACHABLE: no server answers\nhint: thaw up");
  });

  it("are one line when nobody expected them, and exit code 1", () => {
    const error = new TypeError("x is not\n  a function");
    assert.equal(failureOf(error)?.exitCode, 1);
    assert.equal(told(error), "error UNEXPECTED: x is not a function (set THAW_DEBUG=1 for the stack)");
    assert.equal(told("text"), "error UNEXPECTED: text (set THAW_DEBUG=1 for the stack)");
  });

  it("show stack and causes under THAW_DEBUG", () => {
    const failure = failureOf(new ThawError("USAGE", "wrong", { cause: new Error("the reason") }));
    assert.ok(failure);
    const text = failureText(failure, plain, true);
    assert.match(text, /^error USAGE: wrong\n/);
    assert.match(text, /at .*failure\.test/);
    assert.match(text, /the reason/);
  });

  it("wrap at words on a terminal, and leave what is to be copied whole", () => {
    const failure = failureOf(
      new ThawError("NOT_FOUND", "there is no run file /a/very/long/path/that/does/not/fit.yaml here", {
        hint: "`thaw init FOLDER` writes one for a folder of images",
      }),
    );
    assert.ok(failure);
    assert.deepEqual(failureText(failure, plain, false, 36).split("\n"), [
      "error NOT_FOUND: there is no run",
      "  file",
      "  /a/very/long/path/that/does/not/fit.yaml",
      "  here",
      "hint: `thaw init FOLDER` writes one",
      "  for a folder of images",
    ]);
    const coloured = failureText(failure, createColours(true), false, 36);
    assert.equal(coloured.split("\n").length, 6, "colours take no columns");
  });

  it("take commander's suggestion as the hint", () => {
    const error = new CommanderError(
      1,
      "commander.unknownCommand",
      "error: unknown command 'rns'\n(Did you mean runs?)",
    );
    assert.deepEqual(failureOf(error), {
      code: "USAGE",
      message: "unknown command 'rns'",
      hint: "Did you mean runs?",
      exitCode: 2,
    });
  });

  it("are none when help or version was asked for", () => {
    assert.equal(failureOf(new CommanderError(0, "commander.helpDisplayed", "(outputHelp)")), undefined);
    assert.equal(failureOf(new CommanderError(0, "commander.version", "0.1.0")), undefined);
  });
});
