/** The findings of `thaw doctor`: a table of what is where, and under it what is wrong and how to mend it. */
import type { CheckJson } from "../../json/doctor.js";
import type { Screen } from "../../output.js";
import { table } from "../table.js";
import { wrapWords } from "../words.js";

/** @param home the user's home folder, written as `~` */
export function doctorText(checks: readonly CheckJson[], home: string, screen: Screen): string {
  const { colours, width } = screen;
  const marks = {
    ok: colours.green("✓"),
    missing: colours.red("✗"),
    optional: colours.dim("·"),
  } as const;
  const rows = checks.map(({ name, state, version = "", where, purpose }) => [
    `${marks[state]} ${name}`,
    version,
    where === undefined ? colours.dim(purpose) : shortened(where, home),
  ]);
  const problems = checks.flatMap(({ name, state, problem, fix }) =>
    problem === undefined
      ? []
      : [`${marks[state]} ${name}: ${problem}`, ...(fix === undefined ? [] : [`  fix: ${named(fix)}`])],
  );
  return [
    table(["  WHAT", "VERSION", "WHERE"], rows, screen, [], [0, 1, 2]),
    ...(problems.length === 0 ? [] : ["", ...problems.map((line) => wrapWords(line, width, "  "))]),
  ].join("\n");
}

/** A command is told as everywhere, so that it is one to copy for this project. */
const named = (fix: string): string => (/^thaw [^`]*$/.test(fix) ? `\`${fix}\`` : fix);

const shortened = (path: string, home: string): string =>
  home !== "" && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
