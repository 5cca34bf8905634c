/** `thaw pause` and `thaw unpause`: free the accelerator for a while, and go on. */
import type { Command } from "commander";
import { withExamples } from "../../context.js";
import { RUN, steer, withWait } from "../../steer.js";

export function addPause(program: Command): void {
  const command = withWait(program.command("pause"))
    .summary("free the accelerator for a while, and let the run go on")
    .description("stop a run's work for a while and free the accelerator; it survives restarts of everything")
    .argument("<run>", RUN)
    .action((run: string, _options: object, self: Command) => steer(self, run, { kind: "pause" }));
  withExamples(command, [
    ["thaw pause latest", "the run that was started last"],
    ["thaw pause latest --no-wait --json", "return once it is accepted, as JSON"],
  ]);
}

export function addUnpause(program: Command): void {
  const command = withWait(program.command("unpause"))
    .description("let a paused run go on")
    .argument("<run>", RUN)
    .action((run: string, _options: object, self: Command) => steer(self, run, { kind: "unpause" }));
  withExamples(command, [["thaw unpause latest", "the run that was started last"]]);
}
