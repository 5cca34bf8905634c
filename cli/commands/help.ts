/** `thaw help`: the help of a command, or the command that was meant. */
import type { Command } from "commander";

export function addHelp(program: Command): void {
  program
    .command("help")
    .summary("show a command's help")
    .description("show the help of a command")
    .argument("[command...]", "for example `run`, or `bases add`")
    .action(async (words: readonly string[]) => {
      let command = program;
      for (const word of words) {
        const found = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
        if (found === undefined) return unknown(command, word);
        command = found;
      }
      command.help();
    });
}

/** @throws CommanderError, whose second line becomes the hint */
async function unknown(above: Command, word: string): Promise<never> {
  const { nearest } = await import("../../client/nearest.js");
  const prefix = [...ancestors(above), ""].join(" ");
  const meant = nearest(
    word,
    above.commands.map((command) => command.name()),
  );
  const hint =
    meant.length === 0
      ? `\`${["thaw", ...ancestors(above).slice(1)].join(" ")} --help\` lists the commands`
      : `did you mean ${meant.map((name) => `\`thaw help ${[...ancestors(above).slice(1), name].join(" ")}\``).join(" or ")}?`;
  return above.error(`error: there is no command '${prefix}${word}'\n(${hint})`, {
    code: "commander.unknownCommand",
    exitCode: 2,
  });
}

/** The names from `thaw` down to a command. */
function ancestors(command: Command): readonly string[] {
  return command.parent === null ? [command.name()] : [...ancestors(command.parent), command.name()];
}
