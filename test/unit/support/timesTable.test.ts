/** What the suite tells of each file's time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { timesTable } from "../../support/run/budgets.js";
import type { FilesRun } from "../../support/run/runFiles.js";

const ran = (seconds: Readonly<Record<string, number>>, processorSeconds?: number): FilesRun => ({
  files: Object.keys(seconds),
  totals: { passed: 1, failed: 0, skipped: 0 },
  seconds: new Map(Object.entries(seconds)),
  processorSeconds,
  told: "",
  failures: [],
});
/** Without the headline. */
const linesOf = (...runs: readonly FilesRun[]): readonly string[] => timesTable(runs).split("\n").slice(1);

test("the slowest file comes first, with what it took of a processor and whether it was over its budget", () => {
  const slow = ran({ "/x/dist/test/unit/slow.test.js": 1000 }, 12.34);
  assert.deepEqual(linesOf(ran({ "/x/dist/test/unit/quick.test.js": 0.5 }, 0.4), slow), [
    " 1000.0 s     12.3  unit/slow  over its budget of 6 s",
    "    0.5 s      0.4  unit/quick",
    "2 files, 1 over their budgets",
  ]);
});

test("files of one process share what it took by their seconds, and it is said that this is no measurement", () => {
  assert.deepEqual(linesOf(ran({ "/x/test/unit/a.test.js": 3, "/x/test/unit/b.test.js": 1 }, 8)), [
    "    3.0 s     ~6.0  unit/a",
    "    1.0 s     ~2.0  unit/b",
    "2 files, all within their budgets",
  ]);
  const skipped = linesOf(ran({ "/x/test/unit/a.test.js": 0, "/x/test/unit/b.test.js": 0 }, 1));
  assert.deepEqual(skipped.slice(0, 2), ["    0.0 s     ~0.5  unit/a", "    0.0 s     ~0.5  unit/b"]);
});

test("where nobody counts processor time, none is told", () => {
  assert.deepEqual(linesOf(ran({ "/x/test/unit/a.test.js": 3 })), [
    "    3.0 s           unit/a",
    "1 files, all within their budgets",
  ]);
});
