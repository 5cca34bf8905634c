/** `thaw notifications test`: whether those who are to be told of events are reached. */
import type { Command } from "commander";
import { contextOf, withExamples } from "../../context.js";
import { withSession } from "../../session.js";
import { say } from "../../terminal/shown.js";

/** An endpoint was not told. */
const EXIT_NOT_DELIVERED = 1;

export function addNotifications(program: Command): void {
  const command = program
    .command("notifications")
    .summary("test who is told of ends, questions and promotions")
    .description(
      "people and programs that are told of events: `THAW_NOTIFICATIONS` names the control worker's settings",
    );
  addTest(command);
  withExamples(command, [["thaw notifications test", "is everybody reached?"]]);
}

function addTest(notifications: Command): void {
  const command = notifications
    .command("test")
    .description("send a test event by the control worker, and say what came back; 1 if it did not arrive")
    .argument("[endpoint]", "only this endpoint of the settings")
    .action(async (endpoint: string | undefined, _options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      const [{ testNotifications }, { deliveriesTable }] = await Promise.all([
        import("../../../client/notifications/test.js"),
        import("../../render/models/deliveries.js"),
      ]);
      await withSession(project, async (session) => {
        const deliveries = await testNotifications(session, endpoint);
        output.data({ deliveries }, (shown, screen) => deliveriesTable(shown.deliveries, screen));
        if (deliveries.length === 0)
          output.talk(
            say`Nobody is told of anything: THAW_NOTIFICATIONS names no endpoints (docs/notifications.md).`,
          );
        if (deliveries.some(({ delivered }) => !delivered)) process.exitCode = EXIT_NOT_DELIVERED;
      });
    });
  withExamples(command, [
    ["thaw notifications test", "every endpoint"],
    ["thaw notifications test ops", "one of them"],
  ]);
}
