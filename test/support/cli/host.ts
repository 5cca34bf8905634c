/**
 * A process that has the command line loaded and runs one command after the other: to start Node.js and load the
 * modules anew takes most of a second each time. So it is with an engine, which it keeps. What it writes goes to its own streams, and a mark ends it.
 */
import { fileURLToPath } from "node:url";
import { mainWith } from "../../../cli/mainWith.js";
import { createProgram } from "../../../cli/program.js";
import { keepEngine } from "../../../client/localEngine.js";
import { END_MARK, type HostedCommand } from "./hosted.js";

const MAIN = fileURLToPath(new URL("../../../cli/main.js", import.meta.url));

keepEngine();

process.on("message", async ({ args, cwd, env }: HostedCommand) => {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(cwd);
  process.argv = [process.execPath, MAIN, ...args];
  process.exitCode = 0;
  await mainWith(() => createProgram().parseAsync());
  for (const stream of [process.stdout, process.stderr]) {
    stream.removeAllListeners("error");
    stream.write(`${END_MARK}${process.exitCode}\n`);
  }
});
process.on("disconnect", () => process.exit());
