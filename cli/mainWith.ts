/** Runs a program of this folder: errors become a sentence on stderr and an exit code. */
import { ThawError } from "../spec/errors.js";
import { maskOutput } from "../spec/network/maskedOutput.js";
import { type Failure, failureOf, isAskedFor, tellFailure } from "./failure.js";
import { createOutput, handleStreamErrors, type Output } from "./output.js";
import { EXIT_INTERRUPTED, Interrupted } from "./signals.js";
import { projectIn } from "./terminal/sameProject.js";

/** After the help, for programs. */
const NO_COMMAND: Failure = {
  code: "USAGE",
  message: "no command is given",
  hint: "`--help` lists the commands",
  exitCode: 2,
};

/**
 * @param program what it is to do; the words after its name are looked through for the shared options
 * @param project the folder whose project it acts on, where no option says so
 */
export async function mainWith(
  program: (output: Output) => Promise<unknown>,
  project?: string,
): Promise<void> {
  // The command line itself may be what is wrong, so these are looked for by hand.
  const words = process.argv.slice(2);
  const output = createOutput({
    json: words.includes("--json"),
    color: !words.includes("--no-color"),
    project: projectIn(words) ?? project,
  });
  handleStreamErrors(output.json);
  maskOutput([process.stderr]);
  try {
    checkCurrentFolder();
    await program(output);
  } catch (error) {
    if (error instanceof Interrupted) {
      process.exitCode = EXIT_INTERRUPTED;
      return;
    }
    const failure = failureOf(error);
    if (failure === undefined) {
      // Help was printed: because it was asked for, or because there was no command.
      process.exitCode = isAskedFor(error) ? 0 : NO_COMMAND.exitCode;
      if (output.json && !isAskedFor(error)) tellFailure(NO_COMMAND, output);
      return;
    }
    tellFailure(failure, output);
    process.exitCode = failure.exitCode;
  }
}

/** All paths are relative to it. @throws ThawError USAGE where it was removed */
function checkCurrentFolder(): void {
  try {
    process.cwd();
  } catch (cause) {
    throw new ThawError("USAGE", "the current folder is not there any more", {
      hint: "go to one that is: `cd` to another folder, or to the same one if it was made anew",
      cause,
    });
  }
}
