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

/** Every file's time, the slowest first, and which were over their budgets. */
export function timesTable(runs: readonly FilesRun[]): string {
  const slowest = runs.flatMap(({ seconds }) => [...seconds]).sort(([, a], [, b]) => b - a);
  const lines = slowest.map(([file, seconds]) => {
    const budget = budgetOf(file);
    const over = seconds > budget ? `  over its budget of ${budget} s` : "";
    return `${seconds.toFixed(1).padStart(7)} s  ${nameOf(file)}${over}`;
  });
  const over = slowest.filter(([file, seconds]) => seconds > budgetOf(file)).length;
  const sum = over === 0 ? "all within their budgets" : `${over} over their budgets`;
  return ["Seconds of each file, the slowest first:", ...lines, `${slowest.length} files, ${sum}`].join("\n");
}
