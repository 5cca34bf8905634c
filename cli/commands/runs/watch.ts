/** `thaw watch`: follows a run that was started before. */
import type { Command } from "commander";
import type { RunView } from "../../../client/runs/watch.js";
import type { Session } from "../../../client/session.js";
import { contextOf, withExamples } from "../../context.js";
import { refuseBeside } from "../../options/checks.js";
import type { Output } from "../../output.js";
import { withSession } from "../../session.js";
import { say } from "../../terminal/shown.js";

interface WatchOptions {
  readonly logs?: boolean;
}

/** Lines of two shapes on one stream would be hard to read. */
const LOGS_JSON = "`thaw logs RUN --follow --json` has the lines";

export function addWatch(program: Command): void {
  const command = program
    .command("watch")
    .summary("follow a run until it ends")
    .description("follow a run until it ends; Ctrl-C ends the watching only")
    .argument("<run>", "a run id, a unique beginning of one, or `latest`")
    .option("--logs", "show what its stages write down, too, a line after the other")
    .action(async (run: string, _options: WatchOptions, self: Command) => {
      const { output, project, options } = contextOf<WatchOptions>(self);
      if (output.json) refuseBeside(self, ["--logs"], "--json", LOGS_JSON);
      const withLogs = options.logs === true;
      await withSession(project, async (session) => {
        const [{ followRun }, { finishRun }] = await Promise.all([
          import("../../follow.js"),
          import("../../finish.js"),
        ]);
        const style = output.json ? "json-lines" : withLogs ? "lines" : undefined;
        const watching = followRun(session, run, output, style);
        const view = withLogs ? await tellingLogs(session, run, output, watching) : await watching;
        finishRun(session, view, output, !output.json);
      });
    });
  withExamples(command, [
    ["thaw watch latest", "the run that was started last"],
    ["thaw watch latest --logs", "with the lines of its log"],
    ["thaw watch latest --json | jq .status", "a JSON document for each change"],
  ]);
}

/** Writes a run's log to stderr until the run has ended, or the watching was ended. */
async function tellingLogs(
  session: Session,
  run: string,
  output: Output,
  watching: Promise<RunView>,
): Promise<RunView> {
  const [{ openLogs }, { logLine }] = await Promise.all([
    import("../../../client/logs/openLogs.js"),
    import("../../render/runs/logs.js"),
  ]);
  const ended = new AbortController();
  const told = (async () => {
    for await (const line of await openLogs(session, run, {}, { follow: true, signal: ended.signal }))
      output.tell(line, (shown, screen) => logLine(shown, screen));
  })().catch((error: Error) => output.talk(say`The log cannot be shown: ${error.message}`));
  try {
    const view = await watching;
    // Of a run that has ended the log ends too.
    if (view.status === "running") ended.abort();
    await told;
    return view;
  } finally {
    ended.abort();
  }
}
