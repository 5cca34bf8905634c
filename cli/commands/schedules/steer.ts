/** `thaw schedule pause`, `unpause`, `trigger`, `backfill` and `delete`. */
import type { Command } from "commander";
import type { Overlap } from "../../../spec/schedules/schedule.js";
import { contextOf, withExamples } from "../../context.js";
import { backfilledJson } from "../../json/models/schedules.js";
import { since } from "../../options/since.js";
import { suggest } from "../../render/runs/advice.js";
import { wrapWords } from "../../render/words.js";
import { withSession } from "../../session.js";
import { say } from "../../terminal/shown.js";
import { overlapOption } from "./apply.js";

const ID_HELP = "a schedule, or the model of `thaw-MODEL`";

export function addPause(schedule: Command): void {
  const command = schedule
    .command("pause")
    .description("let a schedule start nothing until it is unpaused; a look that goes on does so")
    .argument("<id>", ID_HELP)
    .option("--note <text>", "why, for people")
    .action((id: string, _options: object, self: Command) => switchTo(self, id, true));
  withExamples(command, [["thaw schedule pause digits --note 'new camera'", "with the reason in its list"]]);
}

export function addUnpause(schedule: Command): void {
  const command = schedule
    .command("unpause")
    .description("let a schedule go on; what it did not do meanwhile is not made up for")
    .argument("<id>", ID_HELP)
    .option("--note <text>", "why, for people")
    .action((id: string, _options: object, self: Command) => switchTo(self, id, false));
  withExamples(command, [["thaw schedule unpause digits", "failed looks are counted anew"]]);
}

async function switchTo(self: Command, id: string, paused: boolean): Promise<void> {
  const { output, project, options } = contextOf<{ readonly note?: string }>(self);
  const { switchSchedule } = await import("../../../client/schedules/steer.js");
  const switched = await withSession(project, (session) => switchSchedule(session, id, paused, options.note));
  const word = paused ? "paused" : "active";
  output.data(switched, (shown) => `${shown.id} is ${word}${shown.switched ? "" : ", as it was"}`);
}

export function addTrigger(schedule: Command): void {
  const command = schedule
    .command("trigger")
    .description("look now, also while it is paused")
    .argument("<id>", ID_HELP)
    .addOption(overlapOption("of the look while another goes on (default the schedule's own)"))
    .action(async (id: string, _options: object, self: Command) => {
      const { output, project, options } = contextOf<{ readonly overlap?: Overlap }>(self);
      const { triggerSchedule } = await import("../../../client/schedules/steer.js");
      const triggered = await withSession(project, (session) =>
        triggerSchedule(session, id, options.overlap),
      );
      output.data(triggered, ({ workflowId, running }) => {
        if (workflowId !== undefined) return workflowId;
        return running.length === 0
          ? "the server has taken the order and has not started the look yet"
          : `nothing was started: ${running.join(", ")} still goes on`;
      });
      if (triggered.workflowId !== undefined)
        suggest(output, [[`thaw schedule show ${triggered.id}`, "what it comes to"]]);
    });
  withExamples(command, [["thaw schedule trigger digits", "as it would look at its next time"]]);
}

export function addBackfill(schedule: Command): void {
  const command = schedule
    .command("backfill")
    .description("look for the times of a past span; all such looks see the images as they are now")
    .argument("<id>", ID_HELP)
    .requiredOption("--from <time>", "a date, or how long ago", since)
    .option("--to <time>", "a date, or how long ago (default now)", since)
    .addOption(overlapOption("of those looks (default the schedule's own)"))
    .action(async (id: string, _options: object, self: Command) => {
      const { output, project, options } = contextOf<{
        readonly from: Date;
        readonly to?: Date;
        readonly overlap?: Overlap;
      }>(self);
      const { backfillSchedule } = await import("../../../client/schedules/steer.js");
      const { from, to = new Date(), overlap } = options;
      const backfilled = await withSession(project, (session) =>
        backfillSchedule(session, id, { from, to, ...(overlap === undefined ? {} : { overlap }) }),
      );
      output.data(backfilledJson(backfilled), ({ id: shown, times }, { width }) =>
        wrapWords(
          times.length === 1
            ? `${shown} looks for ${times[0]}`
            : `${shown} looks for ${times.length} times, ${times[0]} to ${times.at(-1)}`,
          width,
          "  ",
        ),
      );
      if (backfilled.times.length > 1 && overlap === undefined)
        output.talk(say`As its overlap policy lets them: --overlap buffer-all has one after the other.`);
    });
  withExamples(command, [
    ["thaw schedule backfill digits --from 2026-11-25 --to 2026-11-26", "the looks of a day without server"],
  ]);
}

export function addDelete(schedule: Command): void {
  const command = schedule
    .command("delete")
    .description("delete a schedule; what its looks came to stays, and a look that goes on does so")
    .argument("<id>", ID_HELP)
    .action(async (id: string, _options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      const { deleteSchedule } = await import("../../../client/schedules/steer.js");
      const deleted = await withSession(project, (session) => deleteSchedule(session, id));
      output.data(deleted, (shown) => `${shown.id} is no more`);
    });
  withExamples(command, [["thaw schedule delete digits", "from the server and from the store"]]);
}
