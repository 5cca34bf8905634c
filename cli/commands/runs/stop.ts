/** `thaw stop --keep-best`: ends the stage that trains now with its best weights. */
import type { Command } from "commander";
import { withExamples } from "../../context.js";
import { RUN, steer, withWait } from "../../steer.js";

interface StopOptions {
  readonly keepBest?: boolean;
}

export function addStop(program: Command): void {
  const command = withWait(program.command("stop"))
    .summary("end the stage that trains now with its best weights")
    .description("end the stage that trains now with its best weights; the run goes on with the next one")
    .argument("<run>", RUN)
    .option("--keep-best", "say that this is meant: `thaw cancel` ends the whole run")
    .action(async (run: string, options: StopOptions, self: Command) => {
      if (options.keepBest !== true) {
        self.error(
          "error: the option --keep-best is missing\n(it ends the stage that trains now; `thaw cancel` ends the whole run)",
          { code: "commander.missingMandatoryOptionValue" },
        );
      }
      await steer(self, run, { kind: "finish" });
    });
  withExamples(command, [["thaw stop latest --keep-best", "go on with the best weights so far"]]);
}
