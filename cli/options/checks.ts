/** What commander lets pass and nobody can have meant: empty values, options without effect, misspelled commands below others. */
import { type Stats, statSync } from "node:fs";
import type { Command, Option } from "commander";
import { ThawError } from "../../spec/errors.js";
import { notUnderstood } from "./unknownCommand.js";

/** Of these an empty text says something: nothing stands before the names, there is no note. */
const MAY_BE_EMPTY: ReadonlySet<string> = new Set(["--prefix", "--note"]);

/** Before any command does its work. @throws CommanderError, ThawError USAGE */
export async function checkGiven(command: Command): Promise<void> {
  await checkWords(command);
  for (const { name, value } of [...givenArguments(command), ...givenOptions(command)]) {
    if (![value].flat().includes("")) continue;
    throw new ThawError("USAGE", `${name} is empty`, {
      hint: "an empty value often comes of a variable that is not set; leave it out, or write what is meant",
    });
  }
  checkProject(command.optsWithGlobals<{ readonly project?: string }>().project);
}

/** Of a folder that is misspelt nothing is up, and `down` would say so. */
function checkProject(folder: string | undefined): void {
  if (folder === undefined) return;
  let found: Stats | undefined;
  try {
    found = statSync(folder, { throwIfNoEntry: false });
  } catch {
    // A path that leads through a file, or a name that is too long.
  }
  if (found?.isDirectory() === true) return;
  throw new ThawError("USAGE", `--project: there is no folder ${folder}`, {
    hint: "name the folder that has, or is to have, `.thaw/` in it",
  });
}

interface Given {
  readonly name: string;
  readonly value: unknown;
}

function givenArguments({ registeredArguments, processedArgs }: Command): readonly Given[] {
  return registeredArguments.map((argument, index) => ({
    name: `<${argument.name()}>`,
    value: processedArgs[index],
  }));
}

/** Of the command and of all above it. */
function givenOptions(command: Command | null): readonly Given[] {
  if (command === null) return [];
  const own = command.options
    .filter((option) => isGiven(command, option) && !MAY_BE_EMPTY.has(option.long ?? ""))
    .map((option) => ({
      name: option.long ?? option.flags,
      value: command.getOptionValue(option.attributeName()) as unknown,
    }));
  return [...own, ...givenOptions(command.parent)];
}

/** Words behind a command that has commands below it, and works by itself as well. */
async function checkWords(command: Command): Promise<void> {
  const { args, registeredArguments, commands } = command;
  const [word] = args;
  if (commands.length > 0 && word !== undefined && args.length > registeredArguments.length)
    await notUnderstood(command, word);
}

/**
 * Refuses options that say something only beside another one: whoever writes them without it expects what does not happen.
 * @param flags such as `--namespace`
 * @param without what is missing, such as `--kubernetes`
 * @throws ThawError USAGE
 */
export function refuseAlone(command: Command, flags: readonly string[], without: string): void {
  refuse(command, flags, (flag) => `${flag} says nothing without ${without}`);
}

/** Refuses options that say nothing beside another one. @throws ThawError USAGE */
export function refuseBeside(command: Command, flags: readonly string[], other: string, hint?: string): void {
  refuse(command, flags, (flag) => `${flag} says nothing beside ${other}`, hint);
}

function refuse(
  command: Command,
  flags: readonly string[],
  sentence: (flag: string) => string,
  hint = "leave it out, or see `--help` behind the command",
): void {
  const given = command.options.find(
    (option) => flags.includes(option.long ?? "") && isGiven(command, option),
  );
  if (given === undefined) return;
  throw new ThawError("USAGE", sentence(given.long ?? given.flags), { hint });
}

/** On the command line, and not by its default. */
function isGiven(command: Command, option: Option): boolean {
  return command.getOptionValueSource(option.attributeName()) === "cli";
}
