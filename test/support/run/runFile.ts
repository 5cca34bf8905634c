/** Runs one test file in a process of its own, and counts. */
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { NONE, type Totals } from "./totals.js";

export interface FileRun {
  readonly file: string;
  readonly totals: Totals;
  readonly seconds: number;
  /** What a person reads of it. */
  readonly told: string;
}

/** Each file's own counts: those of all files are told in the end. */
const COUNTS = /^ℹ (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) .*\n/gm;

/** @param timeout of one test, in milliseconds */
export async function runFile(file: string, timeout: number): Promise<FileRun> {
  const began = performance.now();
  const totals = { ...NONE };
  const stream = run({ files: [file], concurrency: 1, timeout });
  stream.on("test:fail", ({ details }) => {
    if (details.type !== "suite") totals.failed += 1;
  });
  stream.on("test:pass", ({ details, skip }) => {
    // A suite that is skipped names none of its tests.
    if (skip !== undefined) totals.skipped += 1;
    else if (details.type !== "suite") totals.passed += 1;
  });
  let told = "";
  for await (const text of stream.compose(new spec())) told += text;
  told = told.replace(COUNTS, "");
  const seconds = (performance.now() - began) / 1000;
  const counted = totals.passed + totals.failed + totals.skipped;
  // A file that ends before its tests begin, or has none, has not shown anything.
  return { file, totals: counted === 0 ? { ...NONE, failed: 1 } : totals, seconds, told };
}
