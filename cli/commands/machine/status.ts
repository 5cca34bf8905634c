/** `thaw status`: the state of the embedded services. */
import type { Command } from "commander";
import { findProjectFolder } from "../../../runtime/projectFolder.js";
import { contextOf, withExamples } from "../../context.js";
import { servicesJson } from "../../json/services.js";
import { say } from "../../terminal/shown.js";

/** The same as for an error of a service that is not there. */
const EXIT_NOT_UP = 4;

export function addStatus(program: Command): void {
  const command = program
    .command("status")
    .summary("show which of them run")
    .description("show the embedded services; the exit code is 4 when not all of them serve")
    .action(async (_options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      const { servicesTable, workText } = await import("../../render/machine/services.js");
      const { status } = await import("../../../runtime/services/status.js");
      const [{ layoutOf }, { measureWork }] = await Promise.all([
        import("../../../runtime/services/layout.js"),
        import("../../../client/gc/localGarbage.js"),
      ]);
      const services = await status(findProjectFolder(project, process.env, process.cwd()));
      const { work: folder } = layoutOf(services.projectFolder);
      const work = { folder, ...(await measureWork(folder)) };
      const document = servicesJson(services, work);
      output.data(
        document,
        (shown, screen) => `${servicesTable(shown.services, screen)}\n${workText(shown.work, screen)}`,
        { services, work },
      );
      if (document.up) return;
      process.exitCode = EXIT_NOT_UP;
      output.talk(say`Not all services of ${services.projectFolder} are up: \`thaw up\` starts them.`);
    });
  withExamples(command, [
    ["thaw status", "for the project in the current folder"],
    ["thaw status --json | jq '.services[] | select(.ready | not)'", "what is down, with its log file"],
  ]);
}
