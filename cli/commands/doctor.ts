/** `thaw doctor`: tells what was found on this machine, and how to mend what is missing. */
import { homedir } from "node:os";
import type { Command } from "commander";
import { contextOf, withExamples } from "../context.js";
import type { DoctorJson } from "../json/doctor.js";
import { doctorText } from "../render/doctor.js";

/** The same as for an error of a component that is missing. */
const EXIT_UNHEALTHY = 4;

export function addDoctor(program: Command): void {
  const command = program
    .command("doctor")
    .description("check this machine and the services; the exit code is 4 when something is missing")
    .action(async (_options: object, self: Command) => {
      const { output, project } = contextOf<object>(self);
      const { checkAll } = await import("../doctor.js");
      const checks = await checkAll(project);
      const document: DoctorJson = { healthy: checks.every(({ state }) => state !== "missing"), checks };
      output.data(document, (screen) => doctorText(checks, homedir(), screen));
      if (!document.healthy) process.exitCode = EXIT_UNHEALTHY;
    });
  withExamples(command, [
    ["thaw doctor", "what is where, and what is missing"],
    ["thaw doctor --json | jq '.checks[] | select(.state == \"missing\")'", "for programs"],
  ]);
}
