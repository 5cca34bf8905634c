/** The help of `thaw` itself: every command on one screen. The commands' own help is commander's. */
import { type Command, Help } from "commander";

const EXIT_CODES = "Exit codes: 0 done, 1 failed, 2 wrong input, 3 waits, 4 no service, 130 Ctrl-C";

const FIRST = "First: thaw up, thaw init photos/, thaw run, thaw report latest --open";

/** Commander's, with the commands that belong together in one line, and without what each command's help says. */
export function formatHelp(command: Command, helper: Help): string {
  return command.parent === null ? overview(command, helper) : Help.prototype.formatHelp(command, helper);
}

function overview(program: Command, helper: Help): string {
  const lines = linesOf(helper.visibleCommands(program));
  const options = helper
    .visibleOptions(program)
    .map(({ flags, description }) => [flags, description] as const);
  const width = Math.max(...[...lines, ...options].map(([names]) => names.length));
  const item = ([names, what]: readonly [string, string]): string => `  ${names.padEnd(width)}  ${what}`;
  const groups = [...new Set(lines.map(([, , group]) => group))];
  return [
    "Usage: thaw <command> [options]; `thaw help <command>` has options and examples",
    program.description(),
    FIRST,
    "",
    // Without lines between them, so that all fits a screen.
    ...groups.flatMap((heading) => [
      heading,
      ...lines.filter(([, , group]) => group === heading).map(([names, what]) => item([names, what])),
    ]),
    "",
    "Options:",
    ...options.map(item),
    "",
    EXIT_CODES,
    "",
  ].join("\n");
}

/** Commands that are told in one line with the one that undoes them or is its other answer. */
const PAIRS: Readonly<Record<string, string>> = {
  approve: "reject",
  cancel: "resume",
  compare: "diff",
  models: "lineage",
  pause: "unpause",
  pin: "unpin",
  promote: "rollback",
  up: "down",
};

/** A line of each command or pair: the names, what it does, its group. */
function linesOf(commands: readonly Command[]): readonly (readonly [string, string, string])[] {
  const seconds = new Set(Object.values(PAIRS));
  return commands
    .filter((command) => !seconds.has(command.name()))
    .map((command) => {
      const second = PAIRS[command.name()];
      const names = second === undefined ? command.name() : `${command.name()}, ${second}`;
      return [names, command.summary() || command.description(), command.helpGroup()] as const;
    });
}
