/** `thaw completion`: a script that makes the shell complete commands and options. */
import { Argument, type Command } from "commander";
import type { completionSchema } from "../../../spec/schemas/cli/machine.js";
import type { Shape } from "../../../spec/schemas/exact.js";
import { contextOf, withExamples } from "../../context.js";
import { SHELLS, type Shell } from "./shells.js";

export function addCompletion(program: Command): void {
  const command = program
    .command("completion")
    .summary("print a script that completes commands in the shell")
    .description("print a script that makes the shell complete commands and options")
    .addArgument(new Argument("<shell>", "which one").choices(SHELLS))
    .action(async (shell: Shell, _options: object, self: Command) => {
      const { output } = contextOf<object>(self);
      const [{ SCRIPTS }, { placesIn }] = await Promise.all([import("./scripts.js"), import("./words.js")]);
      const script = SCRIPTS[shell](placesIn(program));
      output.raw({ shell, script } satisfies Shape<typeof completionSchema>, script);
    });
  withExamples(command, [
    ["source <(thaw completion bash)", "in ~/.bashrc; likewise for zsh in ~/.zshrc"],
    ["thaw completion fish > ~/.config/fish/completions/thaw.fish", "for fish"],
  ]);
}
