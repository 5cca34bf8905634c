/** `thaw cancel`: asks a run to end. */
import type { Command } from "commander";
import { contextOf, withExamples } from "../../context.js";
import type { CancelJson } from "../../json/run.js";
import { suggest } from "../../render/runs/advice.js";
import { withSession } from "../../session.js";

export function addCancel(program: Command): void {
  const command = program
    .command("cancel")
    .summary("ask a run to end; go on from one that has ended")
    .description("ask a run to end; the stages that are done stay in the store and are reused")
    .argument("<run>", "a run id, a unique beginning of one, or `latest`")
    .action(async (run: string, _options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      await withSession(project, async (session) => {
        const { cancelRun } = await import("../../../client/runs/cancel.js");
        const { resolveRunId } = await import("../../../client/runs/resolve.js");
        const runId = await resolveRunId(session, run);
        const document: CancelJson = { runId, outcome: await cancelRun(session, runId) };
        output.data(document, (shown) =>
          shown.outcome === "requested"
            ? `${shown.runId}: asked to end`
            : `${shown.runId}: had ended already`,
        );
        suggest(output, [[`thaw resume ${runId}`, "go on from what is done"]]);
      });
    });
  withExamples(command, [["thaw cancel latest", "the run that was started last"]]);
}
