/** `thaw schedule`: looks at a model's images at times of their own. */
import type { Command } from "commander";
import { contextOf, withExamples } from "../../context.js";
import { tellDamaged } from "../../damaged.js";
import { scheduleListJson, scheduleShowJson } from "../../json/models/schedules.js";
import { withSession } from "../../session.js";
import { say } from "../../terminal/shown.js";
import { addApply } from "./apply.js";
import { addBackfill, addDelete, addPause, addTrigger, addUnpause } from "./steer.js";

export function addSchedule(program: Command): void {
  const command = program
    .command("schedule")
    .summary("`thaw retrain` at set times: apply, list, show, pause, …")
    .description("look at a model's images at set times, by Temporal Schedules whose truth is in the store");
  withExamples(command, [
    ["thaw schedule apply --cron '0 3 * * *' --timezone Europe/Berlin", "every night at 03:00"],
    ["thaw schedule show digits", "when it looks, what it came to, which looks did not take place"],
    ["thaw schedule pause digits --note 'new camera'", "until `thaw schedule unpause digits`"],
  ]);
  for (const add of [
    ...[addApply, addList, addShow, addPause, addUnpause],
    ...[addTrigger, addBackfill, addDelete],
  ])
    add(command);
}

function addList(schedule: Command): void {
  const command = schedule
    .command("list")
    .description("list the schedules of the store and of the server, and how they stand")
    .action(async (_options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      const [{ scheduleViews }, { schedulesTable }] = await Promise.all([
        import("../../../client/schedules/view.js"),
        import("../../render/schedules/schedules.js"),
      ]);
      const { schedules, damaged } = await withSession(project, scheduleViews);
      output.data(scheduleListJson(schedules, damaged), (shown, screen) => schedulesTable(shown, screen));
      tellDamaged(output, damaged);
      if (schedules.length + damaged.length === 0)
        output.talk(say`There are no schedules yet: \`thaw schedule apply --cron '0 3 * * *'\` makes one.`);
    });
  withExamples(command, [["thaw schedule list --json", "as the server describes them now"]]);
}

function addShow(schedule: Command): void {
  const command = schedule
    .command("show")
    .description("show when a schedule looks, what its looks came to, and which did not take place")
    .argument("<id>", "a schedule, or the model of `thaw-MODEL`")
    .action(async (id: string, _options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      const [{ scheduleStory }, { scheduleText }] = await Promise.all([
        import("../../../client/schedules/view.js"),
        import("../../render/schedules/schedules.js"),
      ]);
      const story = await withSession(project, (session) => scheduleStory(session, id));
      output.data(scheduleShowJson(story), (shown, screen) => scheduleText(shown, screen));
      tellDamaged(output, story.damaged);
    });
  withExamples(command, [["thaw schedule show digits", "the next times here and in its time zone"]]);
}
