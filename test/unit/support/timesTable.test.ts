/** What the suite tells of each file's time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { timesTable } from "../../support/run/budgets.js";
import type { FileRun } from "../../support/run/runFiles.js";

const ran = (name: string, seconds: number, processorSeconds?: number): FileRun => ({
  ...{ file: `/x/dist/test/${name}.test.js`, seconds, processorSeconds },
  ...{ totals: { passed: 1, failed: 0, skipped: 0 }, told: "", failures: [] },
});
/** Without the headline. */
const linesOf = (...runs: readonly FileRun[]): readonly string[] => timesTable(runs).split("\n").slice(1);

test("the slowest file comes first, with what it took of a processor and whether it was over its budget", () => {
  const slow = ran("unit/slow", 1000, 12.34);
  assert.deepEqual(linesOf(ran("unit/quick", 0.5, 0.4), slow), [
    " 1000.0 s    12.3  unit/slow  over its budget of 6 s",
    "    0.5 s     0.4  unit/quick",
    "2 files, 1 over their budgets",
  ]);
});

test("where nobody counts processor time, none is told", () => {
  assert.deepEqual(linesOf(ran("unit/a", 3)), [
    "    3.0 s          unit/a",
    "1 files, all within their budgets",
  ]);
});
