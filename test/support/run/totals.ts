/** How many tests passed, failed and were skipped, and the end of what is told of them. */

export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const NONE: Totals = { passed: 0, failed: 0, skipped: 0 };

function sumOf(all: readonly Totals[]): Totals {
  const sum = (key: keyof Totals): number => all.reduce((total, one) => total + one[key], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

interface Concluded {
  readonly totals: Totals;
  /** What is told of each failed test. */
  readonly failures: readonly string[];
  /** How those failed that passed the second time. */
  readonly unsteady?: readonly string[];
}

/** Prints each failed test, where nothing hides it, and the line by which a run of tests is judged. */
export function conclude(runs: readonly Concluded[]): void {
  const unsteady = runs.flatMap((run) => run.unsteady ?? []);
  if (unsteady.length > 0)
    console.log(`\nUnsteady, passed only the second time and alone:\n\n${unsteady.join("\n\n")}`);
  const failures = runs.flatMap((run) => run.failures);
  if (failures.length > 0) console.log(`\nFailed:\n\n${failures.join("\n\n")}`);
  const { passed, failed, skipped } = sumOf(runs.map(({ totals }) => totals));
  const also = unsteady.length === 0 ? "" : `, ${unsteady.length} unsteady`;
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped${also}`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}
