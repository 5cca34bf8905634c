/** `thaw help`: the help of a command, or the command that was meant. */
import type { Command } from "commander";
import { notUnderstood } from "../options/unknownCommand.js";

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
        if (found === undefined) return notUnderstood(command, word, "help");
        command = found;
      }
      command.help();
    });
}
