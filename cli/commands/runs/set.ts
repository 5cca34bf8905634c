/** `thaw set`: other values for the stage that trains now. */
import type { Command } from "commander";
import { withExamples } from "../../context.js";
import { RUN, steer, withWait } from "../../steer.js";

export function addSet(program: Command): void {
  const command = withWait(program.command("set"))
    .summary("give the stage that trains now other values")
    .description("give the stage that trains now other values; the stages after it keep the run file's")
    .argument("<run>", RUN)
    .argument("<key=value...>", "learning_rate or lr (a factor: 0.5x), patience, epochs")
    .action(async (run: string, values: readonly string[], _options: object, self: Command) => {
      const { parseSteerSettings } = await import("../../../client/runs/steerSettings.js");
      await steer(self, run, { kind: "set", ...parseSteerSettings(values) });
    });
  withExamples(command, [
    ["thaw set latest lr=0.5x", "half the run file's learning rates"],
    ["thaw set latest patience=8 epochs=30", "train longer"],
  ]);
}
