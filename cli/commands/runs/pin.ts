/** `thaw pin` and `thaw unpin`: keep what a run has made, or let it go with the others. */
import type { Command } from "commander";
import { contextOf, withExamples } from "../../context.js";
import type { PinJson } from "../../json/pin.js";
import { withSession } from "../../session.js";

const RUN = "a run id, a unique beginning of one, or `latest`";

export function addPin(program: Command): void {
  const command = program
    .command("pin")
    .summary("keep a run's artifacts, or let them grow old")
    .description("keep a run's artifacts, however old it gets")
    .argument("<run>", RUN)
    .action(async (ref: string, _options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      await withSession(project, async (session) => {
        const { pinRun } = await import("../../../client/runs/pin.js");
        const runId = await pinRun(session, ref);
        output.data({ runId, pinned: true } satisfies PinJson, (shown) => `${shown.runId} is pinned`);
      });
    });
  withExamples(command, [["thaw pin latest", "`thaw gc` leaves the newest run alone"]]);
}

export function addUnpin(program: Command): void {
  const command = program
    .command("unpin")
    .description("let a pinned run grow old like the others")
    .argument("<run>", RUN)
    .action(async (ref: string, _options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      await withSession(project, async (session) => {
        const { unpinRun } = await import("../../../client/runs/pin.js");
        const { runId, wasPinned } = await unpinRun(session, ref);
        output.data(
          { runId, pinned: false } satisfies PinJson,
          (shown) => `${shown.runId} ${wasPinned ? "is no longer" : "was not"} pinned`,
        );
      });
    });
  withExamples(command, [["thaw unpin latest", "`thaw gc` may remove it once it is old"]]);
}
