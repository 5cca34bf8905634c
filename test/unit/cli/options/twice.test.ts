/** A single option that is given twice with two values is refused, whichever command has it: nobody can tell which was meant. */
import assert from "node:assert/strict";
import type { EventEmitter } from "node:events";
import { describe, it } from "node:test";
import type { Command, Option } from "commander";
import { failureOf } from "../../../../cli/failure.js";
import { createProgram } from "../../../../cli/program.js";

interface Place {
  readonly name: string;
  readonly command: Command;
  readonly option: Option;
}

const everyOption = (command: Command, name = ""): readonly Place[] => [
  ...command.options.map((option) => ({ name, command, option })),
  ...command.commands.flatMap((below) => everyOption(below, `${name} ${below.name()}`)),
];

const PLACES = everyOption(createProgram());
/** They say with each value one thing more. */
const LISTS = ["--set", "--cron", "--skip"];

async function refusalOf(...words: readonly string[]): Promise<ReturnType<typeof failureOf>> {
  const refused = createProgram().parseAsync(words, { from: "user" });
  return failureOf(
    await refused.then(
      () => undefined,
      (error: unknown) => error,
    ),
  );
}

describe("an option that is given twice", () => {
  // Commander reads each with an event; what it makes of the values is not the subject.
  const read = ({ command, option }: Place, value?: string): void => {
    (command as unknown as EventEmitter).emit(`option:${option.name()}`, value);
  };
  const takesText = ({ option }: Place): boolean =>
    option.required && option.parseArg === undefined && option.argChoices === undefined;

  it("with two values is refused, and both are named", () => {
    const texts = PLACES.filter(takesText);
    assert.ok(texts.length > 20, "the walk finds the options");
    for (const place of texts) {
      const { name, option } = place;
      read(place, "one");
      read(place, "one");
      assert.throws(
        () => read(place, "two"),
        { code: "USAGE", message: `${option.long} one and ${option.long} two cannot both be meant` },
        `${name} ${option.long}`,
      );
    }
  });

  it("and is a list has both", () => {
    const lists = PLACES.filter(({ option }) => LISTS.includes(option.long ?? ""));
    assert.ok(lists.length > 5);
    for (const place of lists) {
      read(place, "a=1");
      read(place, "b=2");
      assert.deepEqual(place.command.getOptionValue(place.option.attributeName()), ["a=1", "b=2"]);
    }
  });

  it("is refused wherever it stands, before anything is done", async () => {
    for (const words of [
      ["--project", "a", "runs", "--project", "b"],
      ["runs", "--project=a", "--project=b"],
      ["runs", "-m", "a", "--model", "b"],
      ["runs", "--limit", "1", "-n", "2"],
      ["runs", "--status", "failed", "--status", "running"],
      ["run", "--upload", "--no-upload"],
      ["schedule", "apply", "--from-store", "--from-store=a"],
    ]) {
      const failure = await refusalOf(...words);
      assert.equal(failure?.code, "USAGE", words.join(" "));
      assert.match(failure.message, /^(\S+ ?\S*) and (\S+ ?\S*) cannot both be meant$/);
      assert.match(failure.hint ?? "", /^give .+ once$/);
    }
  });

  it("with the same value says nothing else", async () => {
    const twice = await refusalOf("runs", "--json", "--json", "--project", "nosuch", "--project", "nosuch");
    assert.equal(twice?.message, "--project: there is no folder nosuch");
  });
});
