/** What can stand behind the words of a command line: the commands' tree as commander has it, flattened. */
import type { Command } from "commander";

export interface Place {
  /** Names of the commands so far, `bases add`; empty behind `thaw`. */
  readonly path: string;
  readonly commands: readonly Word[];
  readonly options: readonly OptionWord[];
}

export interface Word {
  readonly name: string;
  /** One line. */
  readonly what: string;
}

export interface OptionWord extends Word {
  /** `-o`, where there is one. */
  readonly short?: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

/** @returns every place, from the outside; the options that all commands share are in each */
export function placesIn(program: Command): readonly Place[] {
  const shared = [...optionsOf(program).filter(({ name }) => name !== "--version"), HELP];
  return placesBelow(program, "", shared).map((place) =>
    place.path === "" ? { ...place, options: [...optionsOf(program), HELP] } : place,
  );
}

const HELP: OptionWord = { name: "--help", short: "-h", what: "show help", takesValue: false, choices: [] };

function placesBelow(command: Command, path: string, shared: readonly OptionWord[]): readonly Place[] {
  const commands = command.commands.map((one) => ({
    name: one.name(),
    what: one.summary() || one.description(),
  }));
  const options = [...(path === "" ? [] : optionsOf(command)), ...shared];
  const below = command.commands.flatMap((one) => placesBelow(one, `${path} ${one.name()}`.trim(), shared));
  return [{ path, commands, options }, ...below];
}

function optionsOf(command: Command): readonly OptionWord[] {
  return command.options.flatMap(({ long, short, description, required, optional, argChoices }) =>
    long === undefined || long === null
      ? []
      : [
          {
            name: long,
            ...(short === undefined || short === null ? {} : { short }),
            what: description,
            takesValue: required || optional,
            choices: argChoices ?? [],
          },
        ],
  );
}
