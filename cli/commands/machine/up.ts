/** `thaw up`: provisions what this machine lacks and starts the embedded services. */
import type { Command } from "commander";
import { findProjectFolder } from "../../../runtime/projectFolder.js";
import { contextOf, withExamples } from "../../context.js";
import { servicesJson } from "../../json/services.js";
import { wholeNumber } from "../../options/numbers.js";
import { suggest } from "../../render/runs/advice.js";

const PORT = wholeNumber("a port number from 1 to 65535", 1, 65_535);

interface UpOptions {
  readonly temporalPort?: number;
  readonly uiPort?: number;
  readonly s3Port?: number;
}

export function addUp(program: Command): void {
  const command = program
    .command("up")
    .summary("start Temporal, the object store, the workers; stop them")
    .description("provision what this machine lacks, then start Temporal, the object store and the workers")
    .option("--temporal-port <port>", "for Temporal's clients; by default any free one", PORT)
    .option("--ui-port <port>", "for Temporal's web UI", PORT)
    .option("--s3-port <port>", "for the object store", PORT)
    .action(async (_options: UpOptions, self: Command) => {
      const { output, project, options } = contextOf<UpOptions>(self);
      const { servicesTable, trustText } = await import("../../render/machine/services.js");
      const projectFolder = findProjectFolder(project, process.env, process.cwd());
      const [{ startEmbedded }, { status }] = await Promise.all([
        import("../../startEmbedded.js"),
        import("../../../runtime/services/status.js"),
      ]);
      const { temporalPort, uiPort, s3Port } = options;
      await startEmbedded(projectFolder, output, { temporalPort, uiPort, s3Port });
      const services = await status(projectFolder);
      output.data(
        servicesJson(services),
        (shown, screen) => `${servicesTable(shown, screen)}
${trustText(screen)}`,
        services,
      );
      suggest(output, [
        ["thaw init FOLDER", "look at images, and write a run file"],
        ["thaw down", "stop the services"],
      ]);
    });
  withExamples(command, [
    ["thaw up", "for the project in the current folder"],
    ["thaw up --ui-port 8233", "with the web UI at http://127.0.0.1:8233, or not at all"],
  ]);
}
