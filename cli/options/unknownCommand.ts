/** The sentence about a word where a command was expected, with what was probably meant. */
import type { Command } from "commander";

/** @throws CommanderError, whose second line becomes the hint */
export async function notUnderstood(above: Command, word: string, before = ""): Promise<never> {
  const { nearest } = await import("../../client/nearest.js");
  const [program = "", ...names] = ancestors(above);
  const meant = nearest(
    word,
    above.commands.map((command) => command.name()),
  );
  const lineOf = (...words: readonly string[]): string => [program, ...words].join(" ");
  const hint =
    meant.length === 0
      ? `\`${lineOf(...names, "--help")}\` lists the commands`
      : `did you mean ${meant.map((name) => `\`${lineOf(...(before === "" ? [] : [before]), ...names, name)}\``).join(" or ")}?`;
  return above.error(`error: there is no command '${lineOf(...names, word)}'\n(${hint})`, {
    code: "commander.unknownCommand",
    exitCode: 2,
  });
}

/** The names from `thaw` down to a command. */
function ancestors(command: Command): readonly string[] {
  return command.parent === null ? [command.name()] : [...ancestors(command.parent), command.name()];
}
