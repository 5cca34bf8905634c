/** Command lines that nobody can have meant are refused before anything is done, whichever command it is. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { Argument, Command, Option } from "commander";
import { failureOf } from "../../../../cli/failure.js";
import { createProgram } from "../../../../cli/program.js";

async function refusalOf(words: readonly string[]): Promise<{ message: string; hint?: string }> {
  const program = createProgram();
  let error: unknown;
  await program.parseAsync(words, { from: "user" }).catch((thrown: unknown) => {
    error = thrown;
  });
  const failure = failureOf(error);
  assert.equal(failure?.code, "USAGE", `${words.join(" ")}: ${failure?.message ?? "is not refused"}`);
  assert.equal(failure.exitCode, 2);
  return failure;
}

interface Place {
  readonly words: readonly string[];
  readonly command: Command;
}

/** Every command that does something by itself, below others, too. */
function everyCommand(above: Command, words: readonly string[] = []): readonly Place[] {
  return above.commands.flatMap((command) => {
    const place = { words: [...words, command.name()], command };
    const hasAction = (command as unknown as { _actionHandler: unknown })._actionHandler != null;
    return [...(hasAction ? [place] : []), ...everyCommand(command, place.words)];
  });
}

const PLACES = everyCommand(createProgram()).filter(({ words }) => words[0] !== "help");

const goodArgument = ({ argChoices }: Argument): string => argChoices?.[0] ?? "x";

/** Options that a command does not do without. */
const mandatory = ({ options }: Command): readonly string[] =>
  options.filter((option) => option.mandatory).flatMap(({ long = "" }) => [long, "1d"]);

/** As few words as are wanted. */
function leastWords({ words, command }: Place): readonly string[] {
  const args = command.registeredArguments.filter(({ required }) => required).map(goodArgument);
  return [...words, ...args, ...mandatory(command)];
}

const takesText = (option: Option): boolean =>
  (option.required || option.optional) && option.argChoices === undefined && option.parseArg === undefined;

describe("an empty text", () => {
  for (const place of PLACES) {
    const { words, command } = place;
    const name = words.join(" ");
    for (const [index, argument] of command.registeredArguments.entries()) {
      if (argument.argChoices !== undefined) continue;
      it(`is no <${argument.name()}> of ${name}`, async () => {
        const before = command.registeredArguments.slice(0, index).map(goodArgument);
        const after = command.registeredArguments
          .slice(index + 1)
          .filter(({ required }) => required)
          .map(goodArgument);
        const { message } = await refusalOf([...words, ...before, "", ...after, ...mandatory(command)]);
        assert.equal(message, `<${argument.name()}> is empty`);
      });
    }
    for (const option of command.options.filter(takesText)) {
      const { long = "" } = option;
      if (["--prefix", "--note"].includes(long)) continue;
      it(`is no ${long} of ${name}`, async () => {
        const { message } = await refusalOf([...leastWords(place), long, ""]);
        assert.equal(message, `${long} is empty`);
      });
    }
  }

  it("is no project: that would be the current folder's, whatever was meant", async () => {
    for (const words of [
      ["--project", "", "down"],
      ["down", "--project="],
      ["status", "--project", ""],
    ])
      assert.equal((await refusalOf(words)).message, "--project is empty");
  });
});

describe("a project that is not there", () => {
  it("is refused: nothing of it is up, and `down` would say that it is down", async () => {
    for (const [folder, command] of [
      ["nosuch", "down"],
      ["nosuch", "status"],
      [fileURLToPath(import.meta.url), "runs"],
      ["x".repeat(5_000), "run"],
      ["a\0b", "up"],
    ] as const) {
      const { message } = await refusalOf([command, "--project", folder]);
      assert.equal(message, `--project: there is no folder ${folder}`);
    }
  });
});

describe("a number", () => {
  const NUMBERS: readonly (readonly string[])[] = [
    ["runs", "--limit"],
    ["logs", "latest", "--attempt"],
    ["gc", "--keep"],
    ["doctor", "--kubernetes", "--timeout"],
    ["up", "--temporal-port"],
    ["up", "--ui-port"],
    ["up", "--s3-port"],
    ["prove", "x", "--margin"],
    ["rollback", "x", "--to"],
    ["schedule", "apply", "--pause-after"],
    ["bases", "add", "x", "--size"],
    ["bases", "add", "x", "--mean"],
    ["bases", "add", "x", "--std"],
    ["bases", "add", "x", "--norm-epsilon"],
    ["bases", "add", "x", "--bands"],
    ["bases", "add", "x", "--max-size"],
  ];
  const WRONG = [
    "",
    " ",
    "-1",
    "+1",
    "0x10",
    "0b1",
    "1_000",
    "NaN",
    "Infinity",
    "1e400",
    "1,5e",
    "١",
    "5 x",
    "null",
  ];

  for (const words of NUMBERS) {
    it(`of ${words.join(" ")} is written in digits`, async () => {
      for (const text of WRONG) {
        const { message } = await refusalOf([...words.slice(0, -1), `${words.at(-1)}=${text}`]);
        assert.match(message, /is invalid\. It must be .+\.$/, text);
      }
    });
  }

  for (const words of NUMBERS.slice(0, 2)) {
    it(`of ${words.join(" ")} is a whole one that can be counted to`, async () => {
      for (const text of ["0", "1.5", "1e3", "99999999999999999999"])
        assert.match((await refusalOf([...words, text])).message, /a whole number from 1/);
    });
  }
});

describe("an option that would say nothing", () => {
  const ALONE: readonly (readonly [readonly string[], RegExp])[] = [
    [["promote", "x", "--rule", "better"], /^--rule says nothing without --if-proven$/],
    [["gc", "--namespace", "x"], /^--namespace says nothing without --kubernetes$/],
    [["doctor", "--namespace", "x"], /^--namespace says nothing without --kubernetes$/],
    [["doctor", "--image", "x"], /^--image /],
    [["doctor", "--service-account", "x"], /^--service-account /],
    [["doctor", "--timeout", "5"], /^--timeout /],
    [["doctor", "--no-pod"], /^--no-pod /],
    [["doctor", "--kubernetes", "--fix"], /^--fix says nothing beside --kubernetes$/],
    [["get", "latest", "--out", "x"], /^--out says nothing without WHAT/],
    [["resume", "latest", "--dry-run", "--watch"], /^--watch says nothing beside --dry-run$/],
    [["watch", "latest", "--logs", "--json"], /^--logs says nothing beside --json$/],
  ];
  for (const [words, says] of ALONE)
    it(`is refused: thaw ${words.join(" ")}`, async () => {
      const { message, hint } = await refusalOf(words);
      assert.match(message, says);
      assert.ok(hint);
    });
});

describe("a misspelled command below another one", () => {
  for (const [words, hint] of [
    [["bases", "ad", "x.pth"], "did you mean `thaw bases add`?"],
    [["bases", "serch"], "did you mean `thaw bases search`?"],
    [["bases", "nosuch"], "`thaw bases --help` lists the commands"],
    [["models", "histroy", "digits"], "did you mean `thaw models history`?"],
  ] as const)
    it(`is no argument too many: thaw ${words.join(" ")}`, async () => {
      const refused = await refusalOf(words);
      assert.equal(refused.message, `there is no command 'thaw ${words.slice(0, 2).join(" ")}'`);
      assert.equal(refused.hint, hint);
    });

  it("and one argument too many is still that", async () => {
    for (const words of [
      ["models", "history", "a", "b"],
      ["bases", "remove", "a", "b"],
      ["runs", "a"],
    ])
      assert.match((await refusalOf(words)).message, /^too many arguments/);
  });
});
