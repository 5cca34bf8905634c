/** `thaw down`: stops the embedded services. */
import type { Command } from "commander";
import { findProjectFolder } from "../../../runtime/projectFolder.js";
import { contextOf, withExamples } from "../../context.js";
import type { DownJson } from "../../json/services.js";
import { say } from "../../terminal/shown.js";

export function addDown(program: Command): void {
  const command = program
    .command("down")
    .summary("stop them; runs and models are kept")
    .description("stop the embedded services; runs, models and ports are kept for the next `thaw up`")
    .action(async (_options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      const projectFolder = findProjectFolder(project, process.env, process.cwd());
      const { down } = await import("../../../runtime/services/down.js");
      await down(projectFolder, { onProgress: (line) => output.talk(say`${line}`) });
      const document: DownJson = { projectFolder, stopped: true };
      output.data(document, () => "");
      output.talk(
        say`The services of ${projectFolder} are down. Runs that were under way go on after \`thaw up\`.`,
      );
    });
  withExamples(command, [["thaw down", "for the project in the current folder"]]);
}
