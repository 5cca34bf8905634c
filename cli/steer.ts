/** What the commands that steer a run share: give the command, say so, wait for its effect. */
import { type Command, Option } from "commander";
import type { SteerCommand } from "../spec/steering/steering.js";
import { commandText } from "../spec/steering/words.js";
import { contextOf } from "./context.js";
import type { SteerJson } from "./json/steering.js";
import { withSession } from "./session.js";
import { EXIT_INTERRUPTED, interruptible } from "./signals.js";

export const RUN = "a run id, a unique beginning of one, or `latest`";

interface WaitOptions {
  readonly wait?: boolean;
}

/** Adds `--wait` and `--no-wait`. */
export function withWait(command: Command): Command {
  return command
    .addOption(new Option("--wait", "wait until it has taken effect (the default on a terminal)"))
    .addOption(new Option("--no-wait", "return once the run has accepted it"));
}

export async function steer(self: Command, run: string, command: SteerCommand): Promise<void> {
  const { output, project, options } = contextOf<WaitOptions>(self);
  await withSession(project, async (session) => {
    const { steerRun, untilSettled } = await import("../client/runs/steer.js");
    const steered = await steerRun(session, run, command);
    const { runId } = steered;
    let { record } = steered;
    if ((options.wait ?? output.screen.stderr.live) && record.state === "accepted") {
      output.tell(record, (shown) => `${runId}: ${commandText(shown)}`);
      await interruptible(async (signal) => {
        record = await untilSettled(session, steered, signal);
        if (signal.aborted) process.exitCode = EXIT_INTERRUPTED;
      });
    }
    if (record.state === "missed") process.exitCode = 1;
    const document: SteerJson = { runId, ...record };
    output.data(document, (shown) => `${shown.runId}: ${commandText(shown)}`);
  });
}
