/** `thaw gc`: removes from the store, and from this machine, what nothing refers to. */
import { type Command, InvalidArgumentError } from "commander";
import { contextOf, withExamples } from "../context.js";
import { gcJson } from "../json/gc.js";
import { showProgress } from "../progressLine.js";
import { gcTable } from "../render/gc.js";
import { withSession } from "../session.js";

interface GcOptions {
  readonly dryRun?: boolean;
  readonly keep: number;
}

/** Long enough to come back to last month's experiments. */
const KEEP_DAYS = 30;

export function addGc(program: Command): void {
  const command = program
    .command("gc")
    .description(
      "remove what no recent or pinned run, no model and no base refers to; what is younger than a day stays",
    )
    .option("--dry-run", "only tell what would go")
    .option("--keep <days>", "runs that started within so many days stay", days, KEEP_DAYS)
    .action(async (_options: GcOptions, self: Command) => {
      const { output, project, options } = contextOf<GcOptions>(self);
      const { dryRun = false, keep } = options;
      await withSession(project, async (session) => {
        const { collectGarbage } = await import("../../client/gc/collect.js");
        const progress = showProgress(output);
        const collected = await collectGarbage(session, {
          keepDays: keep,
          now: new Date(),
          dryRun,
          onProgress: progress.show,
        }).finally(progress.end);
        const document = gcJson(collected, dryRun);
        output.data(document, (screen) => gcTable(document, screen));
      });
    });
  withExamples(command, [
    ["thaw gc --dry-run", "what would go"],
    ["thaw gc --keep 7", "keep the runs of the last week, all models and what is pinned"],
  ]);
}

function days(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError("It must be a number of days from 0.");
}
