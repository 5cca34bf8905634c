/**
 * `npm run chaos -- --help`: kills and disturbs runs, and months of looks at a model, at random moments and checks that
 * nothing is lost. Exit code 1 when a promise is broken.
 */
import { mainWith } from "../../cli/mainWith.js";
import type { Output } from "../../cli/output.js";
import { disturbedRuns } from "./disturbedRuns.js";
import { disturbedMonths, monthTables } from "./months/months.js";
import { chaosOptions, HELP } from "./options.js";
import { tablesOf } from "./tables.js";

async function chaos(output: Output): Promise<void> {
  const options = chaosOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(HELP);
    return;
  }
  const { parts, kills, nights, seed, data } = options;
  let close = async (): Promise<void> => undefined;
  const onStack = (ending: () => Promise<void>): void => {
    close = ending;
  };
  const stop = (): void => void close().finally(() => process.exit(130));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  const runs = parts.includes("runs")
    ? await disturbedRuns(output, { kills, seed, data }, onStack)
    : undefined;
  const months = parts.includes("months") ? await disturbedMonths(output, nights, seed, onStack) : [];
  output.data({ seed, ...runs?.summary, details: runs?.runs ?? [], months }, (_shown, screen) =>
    [
      ...(runs === undefined ? [] : [tablesOf(runs.runs, runs.summary, screen)]),
      ...(months.length === 0 ? [] : [monthTables(months, screen)]),
    ].join("\n\n"),
  );
  const broken = [...(runs?.summary.broken ?? []), ...months.flatMap((month) => month.broken)];
  if (broken.length > 0) process.exitCode = 1;
}

await mainWith(chaos);
