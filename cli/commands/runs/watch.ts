/** `thaw watch`: follows a run that was started before. */
import type { Command } from "commander";
import { contextOf, withExamples } from "../../context.js";
import { withSession } from "../../session.js";

export function addWatch(program: Command): void {
  const command = program
    .command("watch")
    .summary("follow a run until it ends")
    .description("follow a run until it ends; Ctrl-C ends the watching only")
    .argument("<run>", "a run id, a unique beginning of one, or `latest`")
    .action(async (run: string, _options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      await withSession(project, async (session) => {
        const [{ followRun }, { finishRun }] = await Promise.all([
          import("../../follow.js"),
          import("../../finish.js"),
        ]);
        const view = await followRun(session, run, output, output.json ? "json-lines" : undefined);
        finishRun(session, view, output, !output.json);
      });
    });
  withExamples(command, [
    ["thaw watch latest", "the run that was started last"],
    ["thaw watch latest --json | jq .status", "a JSON document for each change"],
  ]);
}
