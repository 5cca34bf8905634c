/** `thaw logs`: what the stages of a run wrote down while they ran. */
import { type Command, Option } from "commander";
import { LOG_LEVELS, type LogLevel } from "../../../spec/logLevels.js";
import { contextOf, withExamples } from "../../context.js";
import type { LogLineJson } from "../../json/logs.js";
import { wholeNumber } from "../../options/numbers.js";
import { since } from "../../options/since.js";
import { withSession } from "../../session.js";
import { EXIT_INTERRUPTED, interruptible } from "../../signals.js";
import { say } from "../../terminal/shown.js";

interface LogsOptions {
  readonly stage?: string;
  readonly attempt?: number;
  readonly follow?: boolean;
  readonly since?: Date;
  readonly level?: LogLevel;
}

export function addLogs(program: Command): void {
  const command = program
    .command("logs")
    .summary("show what a run's stages wrote down")
    .description("show what a run's stages wrote down; kept in the store, it outlives the workers")
    .argument("<run>", "a run id, a unique beginning of one, or `latest`")
    .option("-s, --stage <name>", "only this stage")
    .option("-a, --attempt <number>", "only this attempt", wholeNumber("a whole number from 1"))
    .option("-f, --follow", "go on until the run ends; Ctrl-C ends the reading only")
    .option("--since <time>", "only lines since then: 90s, 10m, 2h, 1d ago, or an ISO date", since)
    .addOption(new Option("--level <level>", "only lines as serious as this").choices(LOG_LEVELS))
    .action(async (run: string, _options: LogsOptions, self: Command) => {
      const { output, project, options } = contextOf<LogsOptions>(self);
      const { logLine } = await import("../../render/runs/logs.js");
      const { follow = false } = options;
      const { stage, attempt, since, level } = options;
      const filter = {
        ...(stage === undefined ? {} : { stage }),
        ...(attempt === undefined ? {} : { attempt }),
        ...(since === undefined ? {} : { since }),
        ...(level === undefined ? {} : { level }),
      };
      await withSession(project, async (session) => {
        const { openLogs } = await import("../../../client/logs/openLogs.js");
        await interruptible(async (signal) => {
          let count = 0;
          for await (const line of await openLogs(session, run, filter, { follow, signal })) {
            count += 1;
            if (output.json) output.jsonLine(line satisfies LogLineJson);
            else output.data(line, (shown, screen) => logLine(shown, screen));
          }
          if (signal.aborted) process.exitCode = EXIT_INTERRUPTED;
          else if (count === 0) output.talk(say`No line of the log is so recent or so serious.`);
        });
      });
    });
  withExamples(command, [
    ["thaw logs latest -f", "of the run that was started last, to its end"],
    ["thaw logs latest --stage tune-1 --attempt 2", "of the second attempt at a stage"],
    ["thaw logs latest --since 10m --level warn", "what went wrong of late"],
    ["thaw logs latest --json | jq 'select(.validationLoss)'", "the figures of the epochs"],
  ]);
}
