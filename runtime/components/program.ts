/** Runs another program to its end and says in one sentence how it failed. */
import { execFile } from "node:child_process";
import { ThawError } from "../../spec/errors.js";
import { childEnvironment } from "../../spec/processes/childEnvironment.js";

export interface ProgramOptions {
  readonly cwd?: string;
  /** Default: that of a `tool`. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Gives stdout; rejects with `ProgramFailed`, or with the system's error when the program cannot start. */
export type RunProgram = (
  program: string,
  args: readonly string[],
  options?: ProgramOptions,
) => Promise<string>;

/** The last line that speaks of an error (compilers say more after it), else the last line. */
function essence(output: string): string {
  const lines = output.split("\n").map((line) => line.trim());
  const said = lines.filter((line) => line !== "");
  return said.findLast((line) => /\berror\b/i.test(line)) ?? said.at(-1) ?? "it failed without a message";
}

/** A program that ended with an error; the message is the line of its output that says why. */
export class ProgramFailed extends Error {
  /** All that it wrote. */
  readonly output: string;

  constructor(program: string, output: string) {
    super(`${program}: ${essence(output)}`);
    this.output = output;
  }
}

/** A compiler may print a lot about a broken header; beyond this the program is stopped. */
const MAX_OUTPUT_BYTES = 16 * 2 ** 20;

export const runProgram: RunProgram = (program, args, options = {}) =>
  new Promise((resolve, reject) => {
    const env = options.env ?? childEnvironment("tool");
    execFile(program, args, { ...options, env, maxBuffer: MAX_OUTPUT_BYTES }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (typeof error.code === "string") reject(error);
      else reject(new ProgramFailed(program, `${stdout}\n${stderr}`));
    });
  });

/** Whether `error` says that the program itself is not on the PATH. */
export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
}

/** The error for a program that has to be installed first. */
export function missingProgram(
  program: string,
  purpose: string,
  packages: string,
  cause: unknown,
): ThawError {
  return new ThawError("RUNTIME_MISSING", `${program} is missing; thaw needs it ${purpose}`, {
    hint: `install it, on Debian or Ubuntu with: sudo apt-get install ${packages}`,
    cause,
  });
}
