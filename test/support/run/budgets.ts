/** How long each test file may take, in seconds on two quiet cores: `test/budgets.json`, by path without its end. */
import { readFileSync } from "node:fs";
import type { FilesRun } from "./runFiles.js";
import { nameOf } from "./testName.js";

interface Budgets {
  /** Of a file that is not listed, by the folder below `test/`. */
  readonly default: Readonly<Record<string, number>>;
  readonly files: Readonly<Record<string, number>>;
}

const budgets = JSON.parse(readFileSync("test/budgets.json", "utf8")) as Budgets;

/** In seconds. */
export function budgetOf(file: string): number {
  const name = nameOf(file);
  return budgets.files[name] ?? budgets.default[name.split("/")[0] ?? ""] ?? Number.POSITIVE_INFINITY;
}

/** Of a unit test that is not listed: hundreds take nothing that can be measured. */
const OF_A_SMALL_FILE = 0.5;

/** About what a file takes, in seconds, to order and to group by. */
export function expectedSeconds(file: string): number {
  const name = nameOf(file);
  return budgets.files[name] ?? (name.startsWith("unit/") ? OF_A_SMALL_FILE : budgetOf(file));
}

/** Every file's time, the slowest first, what that took of a processor, and which were over their budgets. */
export function timesTable(runs: readonly FilesRun[]): string {
  const slowest = runs.flatMap(timesOf).sort((a, b) => b.seconds - a.seconds);
  const lines = slowest.map(({ file, seconds, processor }) => {
    const budget = budgetOf(file);
    const over = seconds > budget ? `  over its budget of ${budget} s` : "";
    return `${seconds.toFixed(1).padStart(7)} s ${processor.padStart(8)}  ${nameOf(file)}${over}`;
  });
  const over = slowest.filter(({ file, seconds }) => seconds > budgetOf(file)).length;
  const sum = over === 0 ? "all within their budgets" : `${over} over their budgets`;
  return [
    "Seconds of each file and of a processor for it (~ a share of what several in one process took), the slowest first:",
    ...lines,
    `${slowest.length} files, ${sum}`,
  ].join("\n");
}

interface Times {
  readonly file: string;
  readonly seconds: number;
  readonly processor: string;
}

function timesOf({ files, seconds, processorSeconds }: FilesRun): readonly Times[] {
  const sum = [...seconds.values()].reduce((a, b) => a + b, 0);
  return [...seconds].map(([file, own]) => {
    if (processorSeconds === undefined) return { file, seconds: own, processor: "" };
    if (files.length === 1) return { file, seconds: own, processor: processorSeconds.toFixed(1) };
    // Files whose tests are all skipped take no time.
    const share = sum === 0 ? processorSeconds / files.length : (processorSeconds * own) / sum;
    return { file, seconds: own, processor: `~${share.toFixed(1)}` };
  });
}
