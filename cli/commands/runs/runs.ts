/** `thaw runs`: lists runs. */
import { type Command, InvalidArgumentError } from "commander";
import { contextOf, withExamples } from "../../context.js";
import { tellDamaged } from "../../damaged.js";
import { runsJson } from "../../json/runs.js";
import { withSession } from "../../session.js";

interface RunsOptions {
  readonly limit: number;
  readonly model?: string;
}

export function addRuns(program: Command): void {
  const command = program
    .command("runs")
    .summary("list the runs, newest first")
    .description("list the runs, newest first")
    .option("-n, --limit <number>", "no more than this many", positiveInteger, 20)
    .option("-m, --model <name>", "only runs of this model")
    .action(async (_options: RunsOptions, self: Command) => {
      const { output, project, options } = contextOf<RunsOptions>(self);
      const { runsTable } = await import("../../render/runs/runs.js");
      const { limit, model } = options;
      await withSession(project, async (session) => {
        const { listRuns } = await import("../../../client/runs/list.js");
        const listed = await listRuns(session, { limit, ...(model === undefined ? {} : { model }) });
        output.data(runsJson(listed), (screen) => runsTable(listed.runs, new Date(), screen));
        tellDamaged(output, listed.damaged);
        if (listed.runs.length === 0) output.talk("There are no runs yet: `thaw run` starts one.");
      });
    });
  withExamples(command, [
    ["thaw runs --limit 5", "the five newest"],
    ["thaw runs --model digits --json", "those of one model, as JSON"],
  ]);
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("It must be a whole number from 1.");
}
