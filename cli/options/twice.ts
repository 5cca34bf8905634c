/** Options that are given twice with different values: the last would win without a word, whichever was meant. */
import type { Command, Option } from "commander";
import { ThawError } from "../../spec/errors.js";
import { collect } from "../commands/runs/runFileOptions.js";

interface Given {
  readonly flag: string;
  /** As it was typed; absent of a flag. */
  readonly value: string | undefined;
}

/**
 * Has a command line refused while it is read, whichever command it is for; the same value once more says nothing else.
 * @param program with all its commands; what it throws then is a ThawError USAGE
 */
export function refuseTwice(program: Command): void {
  for (const command of [program, ...everyCommand(program)]) {
    // An option and its `--no-` say the value of one thing.
    const given = new Map<string, Given>();
    for (const option of command.options.filter((one) => !isList(one))) {
      command.on(`option:${option.name()}`, (value?: string | null) => {
        const now = { flag: option.long ?? option.flags, value: value ?? undefined };
        const before = given.get(option.attributeName());
        if (before !== undefined) check(before, now);
        given.set(option.attributeName(), now);
      });
    }
  }
}

const isList = ({ variadic, parseArg }: Option): boolean => variadic || parseArg === (collect as unknown);

function everyCommand(above: Command): readonly Command[] {
  return above.commands.flatMap((command) => [command, ...everyCommand(command)]);
}

function check(before: Given, now: Given): void {
  if (before.flag === now.flag && before.value === now.value) return;
  const [first, second] = [before, now].map(({ flag, value }) =>
    value === undefined ? flag : `${flag} ${value}`,
  );
  throw new ThawError("USAGE", `${first} and ${second} cannot both be meant`, {
    hint: `give ${before.flag === now.flag ? now.flag : "one of them"} once`,
  });
}
