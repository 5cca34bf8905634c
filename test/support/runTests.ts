/** Runs test files, shows them as they go, and counts. */
import { run } from "node:test";
import { spec } from "node:test/reporters";

export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const NONE: Totals = { passed: 0, failed: 0, skipped: 0 };

export function sumOf(all: readonly Totals[]): Totals {
  const sum = (key: keyof Totals): number => all.reduce((total, one) => total + one[key], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/** @param timeout of one test, in milliseconds */
export async function runTests(
  files: readonly string[],
  concurrency: number,
  timeout: number,
): Promise<Totals> {
  const totals = { ...NONE };
  if (files.length === 0) return totals;
  const stream = run({ files: [...files], concurrency, timeout });
  stream.on("test:fail", ({ details }) => {
    if (details.type !== "suite") totals.failed += 1;
  });
  stream.on("test:pass", ({ details, skip }) => {
    if (details.type === "suite") return;
    if (skip === undefined) totals.passed += 1;
    else totals.skipped += 1;
  });
  const shown = stream.compose(new spec());
  shown.pipe(process.stdout, { end: false });
  await new Promise((resolve, reject) => shown.on("end", resolve).on("error", reject));
  return totals;
}

/** Prints the line by which a run of tests is judged. */
export function conclude({ passed, failed, skipped }: Totals): void {
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}
