/** What a test and its host of commands say to one another. Apart, as a test need not load the command line itself. */

export interface HostedCommand {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
}

/** Ends the output of a command on each of the two streams, with its exit code; no command writes it. */
export const END_MARK = "\0end of command\0";
