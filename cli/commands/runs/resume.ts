/** `thaw resume`: a new run that goes on from a closed one. */
import type { Command } from "commander";
import { contextOf, withExamples } from "../../context.js";
import { planJson } from "../../json/plan.js";
import type { ResumeJson } from "../../json/resume.js";
import { refuseBeside } from "../../options/checks.js";
import { startedText } from "../../render/runs/advice.js";
import { withWritingSession } from "../../session.js";
import { RUN } from "../../steer.js";
import { tellMissing } from "./missingAttributes.js";
import { collect, SET_HELP } from "./runFileOptions.js";

interface ResumeOptions {
  readonly from?: string;
  readonly set?: readonly string[];
  readonly dryRun?: boolean;
  readonly watch?: boolean;
}

export function addResume(program: Command): void {
  const command = program
    .command("resume")
    .summary("go on from a run that failed, was cancelled or has ended")
    .description("start a run that goes on from a failed, cancelled or completed one, and say what it reuses")
    .argument("<run>", RUN)
    .option("--from <stage>", "make this stage and those after it anew, whatever is in the store")
    .option("-s, --set <key=value>", SET_HELP, collect)
    .option("--dry-run", "only say what would be done")
    .option("-w, --watch", "follow the new run")
    .action(async (run: string, _options: ResumeOptions, self: Command) => {
      const { output, project, options } = contextOf<ResumeOptions>(self);
      if (options.dryRun === true) refuseBeside(self, ["--watch"], "--dry-run");
      const { planTable } = await import("../../render/runs/plan.js");
      const { set: overrides = [], from } = options;
      await withWritingSession(project, async (session) => {
        const [{ planResume }, { startRun }, { timeOfPlan }, { engineFingerprint }] = await Promise.all([
          import("../../../client/runs/resume.js"),
          import("../../../client/runs/start.js"),
          import("../../../client/forecast/planned.js"),
          import("../../../runtime/components/tensorflow/engineFingerprint.js"),
        ]);
        const { resumedFrom, request, stages } = await planResume(session, run, {
          overrides,
          ...(from === undefined ? {} : { from }),
          engineFingerprint: engineFingerprint(),
        });
        if (options.dryRun === true) {
          const { refuseUnfit } = await import("../../../client/plan/readable.js");
          const isKnown = request.lineage?.earlier !== undefined;
          await refuseUnfit(session.store, request.file, request, stages, isKnown);
        }
        const time = await timeOfPlan(session.store, request.file, request, stages);
        const { model: _model, ...planned } = planJson(request.file.name, stages, { time });
        const plan = { resumedFrom, ...planned };
        if (options.dryRun === true) {
          return output.data(
            plan satisfies ResumeJson,
            (shown, screen) => planTable(shown.stages, screen, shown.time),
            { stages, time },
          );
        }
        const started = await startRun(session, request);
        await tellMissing(output, started.missingAttributes);
        output.tell(
          { stages, time, ...started },
          (shown, screen) =>
            `${planTable(shown.stages, screen, shown.time)}\n\n${startedText(shown.runId, shown.url, screen)}\n`,
        );
        if (options.watch !== true) {
          return output.data({ ...started, ...plan } satisfies ResumeJson, ({ runId }) => runId ?? "");
        }
        const [{ followRun }, { finishRun }] = await Promise.all([
          import("../../follow.js"),
          import("../../finish.js"),
        ]);
        const style = output.json ? "json-lines" : undefined;
        finishRun(session, await followRun(session, started.runId, output, style), output, !output.json);
      });
    });
  withExamples(command, [
    ["thaw resume latest", "go on after a failure or a cancellation"],
    ["thaw resume latest --set unfreeze.epochs=12", "with another value: only what depends on it runs"],
    ["thaw resume latest --from tune-1", "train again from there on"],
  ]);
}
