/** Runs test files in one process, one after the other, and counts. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath, pathToFileURL } from "node:url";
import { NONE, type Totals } from "./totals.js";

export interface FilesRun {
  readonly files: readonly string[];
  readonly totals: Totals;
  /** By file. */
  readonly seconds: ReadonlyMap<string, number>;
  /** What a person reads of it. */
  readonly told: string;
}

/** Each file's own counts: those of all files are told in the end. */
const COUNTS = /^ℹ (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) .*\n/gm;

/** @param timeout of one test, in milliseconds */
export async function runFiles(files: readonly string[], timeout: number): Promise<FilesRun> {
  const [only = ""] = files;
  const began = performance.now();
  const totals = { ...NONE };
  const seconds = new Map(files.map((file) => [file, 0]));
  let suites = 0;
  /** Of a group, a file's tests are those of its suite, which ends after them; loading modules is nobody's time. */
  let sinceSuite = 0;
  const spent = ({ name, nesting, details }: Ended): void => {
    if (nesting === 1) sinceSuite += details.duration_ms / 1000;
    if (nesting !== 0) return;
    suites += 1;
    seconds.set(name, sinceSuite);
    sinceSuite = 0;
  };
  const entry = files.length === 1 ? only : groupOf(files);
  const stream = run({ files: [entry], concurrency: 1, timeout });
  stream.on("test:fail", (ended) => {
    spent(ended);
    const { details } = ended;
    if (details.type !== "suite") totals.failed += 1;
    else if (!isOfItsTests(details.error)) totals.failed += 1;
  });
  stream.on("test:pass", (ended) => {
    spent(ended);
    const { details, skip } = ended;
    // A suite that is skipped names none of its tests.
    if (skip !== undefined) totals.skipped += 1;
    else if (details.type !== "suite") totals.passed += 1;
  });
  let told = "";
  for await (const text of stream.compose(new spec())) told += text;
  const whole = (performance.now() - began) / 1000;
  const counted = totals.passed + totals.failed + totals.skipped;
  // Files that end before their tests begin, or have none, have not shown anything.
  const shown = counted > 0 && suites >= files.length;
  const sum = shown ? totals : { ...totals, failed: totals.failed + 1 };
  return {
    files,
    totals: sum,
    seconds: files.length === 1 ? new Map([[only, whole]]) : seconds,
    told: told.replace(COUNTS, "").trim(),
  };
}

interface Ended {
  readonly name: string;
  readonly nesting: number;
  readonly details: { readonly duration_ms: number };
}

/** A suite fails with its tests, which are counted, or by itself: a module that cannot be loaded, a hook. */
function isOfItsTests(error: unknown): boolean {
  return (error as { readonly failureType?: string }).failureType === "subtestsFailed";
}

let groups = 0;

/**
 * A file that has each of the others as a suite: starting Node.js and loading modules is most of a small file's time.
 * One is loaded after the other, and from within its suite, because a test belongs to the suite that is being defined.
 */
function groupOf(files: readonly string[]): string {
  const path = fileURLToPath(new URL(`../../groups/${groups++}.js`, import.meta.url));
  const suites = files.map((file) => {
    const module = JSON.stringify(pathToFileURL(file).href);
    return `describe(${JSON.stringify(file)}, () => (loaded = import(${module})));\nawait loaded;`;
  });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, ['import { describe } from "node:test";', "let loaded;", ...suites, ""].join("\n"));
  return path;
}
