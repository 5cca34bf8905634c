/** Commands in README and docs are commands: every fenced `thaw …` is parsed by the command line itself. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { Command } from "commander";
import { createProgram } from "../../../cli/program.js";
import { documents, fencedCommands, namedCommands } from "../../support/cli/documented.js";

/** The command line with nothing behind it: arguments and options are read and refused as ever. */
function idleProgram(): Command {
  const program = createProgram();
  const silent = { writeOut: () => {}, writeErr: () => {}, outputError: () => {} };
  const idle = (command: Command): void => {
    command
      .exitOverride()
      .configureOutput(silent)
      .action(() => {});
    for (const below of command.commands) idle(below);
  };
  program.configureOutput(silent);
  for (const command of program.commands) idle(command);
  return program;
}

/** What is named in a sentence may lack what has to follow. */
const LACKING = ["commander.missingArgument", "commander.missingMandatoryOptionValue"];

/** Why the words are refused; undefined where they are not. */
async function refusalOf(words: readonly string[], mayLack = false): Promise<string | undefined> {
  try {
    await idleProgram().parseAsync([...words], { from: "user" });
    return undefined;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const isAskedFor = code === "commander.helpDisplayed" || code === "commander.version";
    return isAskedFor || (mayLack && LACKING.includes(code ?? "")) ? undefined : message;
  }
}

describe("commands in documents", () => {
  it("are refused where they are none, by name, option, and number of arguments", async () => {
    for (const words of [["retrian"], ["retrain", "--nosuch"], ["prove"], ["promote", "a@2", "b", "c"]])
      assert.notEqual(await refusalOf(words), undefined, words.join(" "));
    assert.equal(await refusalOf(["promote", "NAME@2", "--note", "more cats"]), undefined);
  });

  it("are found: the five of models over time, with what quotes hold together", async () => {
    const found = await fencedCommands("README.md", "Models over time");
    assert.equal(found.length, 5);
    assert.deepEqual(found[3]?.words, ["promote", "NAME@2", "--note", "more cats"]);
  });

  it("in README and docs are all parsed", async () => {
    const found = (await Promise.all((await documents()).map((path) => fencedCommands(path)))).flat();
    assert.ok(found.length > 40, `${found.length}`);
    const refused: string[] = [];
    for (const { where, text, words } of found) {
      const why = await refusalOf(words);
      if (why !== undefined) refused.push(`${where}: ${text}: ${why}`);
    }
    assert.deepEqual(refused, []);
  });

  it("in sentences have names and options that there are", async () => {
    const found = (await Promise.all((await documents()).map(namedCommands))).flat();
    assert.ok(found.length > 100, `${found.length}`);
    const refused: string[] = [];
    for (const { where, text, words } of found) {
      const why = await refusalOf(words, true);
      if (why !== undefined) refused.push(`${where}: ${text}: ${why}`);
    }
    assert.deepEqual(refused, []);
  });

  it("of npm are scripts of package.json, and programs that node is given are there", async () => {
    const { scripts } = JSON.parse(await readFile("package.json", "utf8")) as { scripts: object };
    const pages = [...(await documents()), "CONTRIBUTING.md", join("bench", "README.md")];
    const texts = await Promise.all(pages.map((path) => readFile(path, "utf8")));
    const all = (pattern: RegExp): string[] =>
      texts.flatMap((text) => Array.from(text.matchAll(pattern), ([, name = ""]) => name));
    const [named, programs] = [all(/npm run ([\w:]+)/g), all(/node (dist\/[\w/]+\.js)/g)];
    assert.ok(named.length > 10 && programs.length > 10);
    assert.deepEqual(
      named.filter((name) => !Object.keys(scripts).includes(name)),
      [],
    );
    assert.deepEqual(
      programs.filter((path) => !existsSync(path)),
      [],
    );
  });
});
