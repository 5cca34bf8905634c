/** `thaw gc`: removes from the store, and from this machine, what nothing refers to. */
import type { Command } from "commander";
import type { JobGarbage } from "../../../client/gc/runJobs.js";
import type { Session } from "../../../client/session.js";
import { contextOf, withExamples } from "../../context.js";
import { tellDamaged } from "../../damaged.js";
import { refuseAlone } from "../../options/checks.js";
import { decimalNumber } from "../../options/numbers.js";
import { showProgress } from "../../progressLine.js";
import { withSession } from "../../session.js";
import { say } from "../../terminal/shown.js";

interface GcOptions {
  readonly dryRun?: boolean;
  readonly keep: number;
  readonly kubernetes?: boolean;
  readonly namespace?: string;
}

/** Long enough to come back to last month's experiments. */
const KEEP_DAYS = 30;

export function addGc(program: Command): void {
  const command = program
    .command("gc")
    .summary("remove what nothing refers to")
    .description(
      "remove what no recent or pinned run, no model and no base refers to; what is younger than a day stays",
    )
    .option("--dry-run", "only tell what would go")
    .option(
      "--keep <days>",
      "runs that started within so many days stay",
      decimalNumber("a number of days from 0"),
      KEEP_DAYS,
    )
    .option("--kubernetes", "Jobs of runs that are over, too, in the kubeconfig's cluster")
    .option("--namespace <name>", "where those Jobs are (default: the kubeconfig's)")
    .action(async (_options: GcOptions, self: Command) => {
      const { output, project, options } = contextOf<GcOptions>(self);
      if (options.kubernetes !== true) refuseAlone(self, ["--namespace"], "--kubernetes");
      const { gcTable } = await import("../../render/machine/gc.js");
      const { gcJson } = await import("../../json/gc.js");
      const { dryRun = false, keep, kubernetes = false, namespace } = options;
      await withSession(project, async (session) => {
        const { collectGarbage } = await import("../../../client/gc/collect.js");
        const progress = await showProgress(output);
        const collected = await collectGarbage(session, {
          keepDays: keep,
          now: new Date(),
          dryRun,
          onProgress: progress.show,
        }).finally(progress.end);
        const jobs = kubernetes ? await ofCluster(session, namespace, dryRun) : undefined;
        const document = gcJson(collected, jobs, dryRun);
        output.data(document, gcTable);
        tellDamaged(output, collected.damaged);
        if (collected.damaged.length > 0)
          output.talk(
            say`What damaged records may refer to stays. Mend them or remove them, then collect again.`,
          );
      });
    });
  withExamples(command, [
    ["thaw gc --dry-run", "what would go"],
    ["thaw gc --keep 7", "keep the runs of the last week, all models and what is pinned"],
    ["thaw gc --kubernetes --namespace thaw", "and the pods that have outlived their runs"],
  ]);
}

async function ofCluster(
  session: Session,
  namespace: string | undefined,
  dryRun: boolean,
): Promise<JobGarbage> {
  const { collectJobs } = await import("../../../client/gc/runJobs.js");
  return collectJobs(session, { namespace, dryRun });
}
