/** `thaw explain`: what a run does or waits for, or why it ended as it did, in sentences. */
import type { Command } from "commander";
import { contextOf, withExamples } from "../../context.js";
import type { ExplainJson } from "../../json/explain.js";
import { withSession } from "../../session.js";

export function addExplain(program: Command): void {
  const command = program
    .command("explain")
    .summary("say what a run waits for, or why it ended as it did")
    .description("say in sentences what a run waits for, or why it ended as it did, and what to do")
    .argument("<run>", "a run id, a unique beginning of one, `latest`, or a model: MODEL, MODEL@VERSION")
    .action(async (run: string, _options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      const { workerWarning } = await import("../../workerWarning.js");
      const { explanationText } = await import("../../render/runs/explain.js");
      await withSession(project, async (session) => {
        const [{ explainRun }, { getRun }, { resolveRunOrModel }] = await Promise.all([
          import("../../../client/explain/gather.js"),
          import("../../../client/runs/watch.js"),
          import("../../../client/models/reference.js"),
        ]);
        const view = await getRun(session, await resolveRunOrModel(session, run));
        // Of other workers Temporal knows more than this machine.
        const warning = session.platform.embedded ? await workerWarning(session.platform, view) : undefined;
        const document: ExplainJson = await explainRun(session, view, warning);
        output.data(document, explanationText);
      });
    });
  withExamples(command, [
    ["thaw explain latest", "the run that was started last"],
    ["thaw explain digits", "the run that registered the newest version of a model"],
    ["thaw explain latest --json | jq -r .condition", "what it does, in a word"],
  ]);
}
