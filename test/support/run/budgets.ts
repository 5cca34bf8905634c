/** How long each test file may take, in seconds on two quiet cores: `test/budgets.json`, by path without its end. */
import { readFileSync } from "node:fs";
import type { FileRun } from "./runFiles.js";
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
export function timesTable(runs: readonly FileRun[]): string {
  const slowest = [...runs].sort((a, b) => b.seconds - a.seconds);
  const isOver = ({ file, seconds }: FileRun): boolean => seconds > budgetOf(file);
  const lines = slowest.map((run) => {
    const { file, seconds, processorSeconds } = run;
    const processor = processorSeconds?.toFixed(1) ?? "";
    const over = isOver(run) ? `  over its budget of ${budgetOf(file)} s` : "";
    return `${seconds.toFixed(1).padStart(7)} s ${processor.padStart(7)}  ${nameOf(file)}${over}`;
  });
  const over = slowest.filter(isOver).length;
  const sum = over === 0 ? "all within their budgets" : `${over} over their budgets`;
  return [
    "Seconds of each file and of a processor for it (the first of a process bears its start), the slowest first:",
    ...lines,
    `${slowest.length} files, ${sum}`,
  ].join("\n");
}
