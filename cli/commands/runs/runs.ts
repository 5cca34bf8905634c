/** `thaw runs`: lists runs. */
import { type Command, Option } from "commander";
import type { ListedStatus } from "../../../client/runs/list.js";
import { contextOf, withExamples } from "../../context.js";
import { tellDamaged } from "../../damaged.js";
import { runsJson } from "../../json/runs.js";
import { wholeNumber } from "../../options/numbers.js";
import { since } from "../../options/since.js";
import { suggest } from "../../render/runs/advice.js";
import { withSession } from "../../session.js";
import { say } from "../../terminal/shown.js";
import { tellVoidMark } from "../models/doubts.js";

interface RunsOptions {
  readonly limit: number;
  readonly model?: string;
  readonly status?: ListedStatus;
  readonly since?: Date;
}

const STATUSES: readonly ListedStatus[] = [
  "running",
  "paused",
  "completed",
  "failed",
  "cancelled",
  "terminated",
  "timed-out",
];

export function addRuns(program: Command): void {
  const command = program
    .command("runs")
    .summary("list the runs, newest first")
    .description("list the runs, newest first")
    .option("-n, --limit <number>", "no more than this many", wholeNumber("a whole number from 1"), 20)
    .option("-m, --model <name>", "only runs of this model")
    .addOption(new Option("--status <status>", "only runs in this state").choices(STATUSES))
    .option("--since <time>", "only runs started since then: 90s, 10m, 2h, 1d ago, or an ISO date", since)
    .action(async (_options: RunsOptions, self: Command) => {
      const { output, project, options } = contextOf<RunsOptions>(self);
      const { runsTable } = await import("../../render/runs/runs.js");
      const { limit, model, status, since } = options;
      await withSession(project, async (session) => {
        const { listRuns } = await import("../../../client/runs/list.js");
        const listed = await listRuns(session, {
          limit,
          ...(model === undefined ? {} : { model }),
          ...(status === undefined ? {} : { status }),
          ...(since === undefined ? {} : { since }),
        });
        output.data(runsJson(listed), (shown, screen) => runsTable(shown, new Date(), screen), listed.runs);
        await tellVoidMark(
          output,
          listed.runs.map(({ warnings }) => warnings),
          "thaw explain RUN",
        );
        tellDamaged(output, listed.damaged);
        const isFiltered = [model, status, since].some((one) => one !== undefined);
        if (listed.runs.length === 0)
          output.talk(
            isFiltered ? say`No run is like that.` : say`There are no runs yet: \`thaw run\` starts one.`,
          );
        if (listed.more > 0)
          output.talk(say`and ${listed.more} older: \`--limit ${limit + listed.more}\` shows all`);
        const [newest] = listed.runs;
        const isOn = newest?.status === "running";
        if (newest !== undefined)
          suggest(output, [
            [
              `thaw ${isOn ? "watch" : "explain"} ${newest.runId}`,
              isOn ? "follow it" : "how it went, and why",
            ],
          ]);
      });
    });
  withExamples(command, [
    ["thaw runs --limit 5", "the five newest"],
    ["thaw runs --status failed --since 1d", "what went wrong since yesterday"],
    ["thaw runs --model digits --json", "those of one model, as JSON"],
  ]);
}
