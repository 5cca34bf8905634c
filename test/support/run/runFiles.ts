/** Runs test files in one process, one after the other, and counts. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath, pathToFileURL } from "node:url";
import { processorSecondsOf } from "./processorTime.js";
import { nameOf } from "./testName.js";
import { NONE, type Totals } from "./totals.js";

export interface FilesRun {
  readonly files: readonly string[];
  readonly totals: Totals;
  /** By file: of one alone from start to end, of several their tests. */
  readonly seconds: ReadonlyMap<string, number>;
  /** Of a processor, of all files together with what they started; undefined where that is not known. */
  readonly processorSeconds?: number | undefined;
  /** What a person reads of it. */
  readonly told: string;
  /** Each test that failed, with why: told once more in the end, where the output of thousands of tests has hidden it. */
  readonly failures: readonly string[];
  /** How it failed the first time, where it passed the second. */
  readonly unsteady?: readonly string[];
}

/** Each file's own counts: those of all files are told in the end. */
const COUNTS = /^ℹ (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) .*\n/gm;

/**
 * @param timeout of one test, in milliseconds
 * @param environment laid over this process's, for the files
 */
export async function runFiles(
  files: readonly string[],
  timeout: number,
  environment: Readonly<Record<string, string>> = {},
): Promise<FilesRun> {
  const [only = ""] = files;
  const began = performance.now();
  const totals = { ...NONE };
  const seconds = new Map<string, number>();
  const isPlain = files.length === 1 && Object.keys(environment).length === 0;
  const entry = isPlain ? only : entryOf(files, environment);
  const usedBefore = processorSecondsOf(entry) ?? 0;
  const stream = run({ files: [entry], concurrency: 1, timeout });
  const spent = ({ file = "", nesting, details }: Ended): void => {
    if (nesting === 0) seconds.set(file, (seconds.get(file) ?? 0) + details.duration_ms / 1000);
  };
  const failures: string[] = [];
  stream.on("test:fail", (ended) => {
    spent(ended);
    if (ended.details.type === "suite" && isOfItsTests(ended.details.error)) return;
    totals.failed += 1;
    failures.push(
      `✖ ${nameOf(ended.file ?? only)}: ${ended.name}\n${indented(reasonOf(ended.details.error))}`,
    );
  });
  stream.on("test:pass", (ended) => {
    spent(ended);
    // A suite that is skipped names none of its tests.
    if (ended.skip !== undefined) totals.skipped += 1;
    else if (ended.details.type !== "suite") totals.passed += 1;
  });
  let told = "";
  for await (const text of stream.compose(new spec())) told += text;
  // Files that end before their tests begin, or have none, have not shown anything.
  const silent = files.filter((file) => !seconds.has(file));
  failures.push(...silent.map((file) => `✖ ${nameOf(file)} has no test`));
  told += failures
    .slice(failures.length - silent.length)
    .map((line) => `\n${line}\n`)
    .join("");
  if (files.length === 1) seconds.set(only, (performance.now() - began) / 1000);
  const used = processorSecondsOf(entry);
  return {
    files,
    processorSeconds: used === undefined ? undefined : used - usedBefore,
    totals: { ...totals, failed: totals.failed + silent.length },
    seconds,
    told: told.replace(COUNTS, "").trim(),
    failures,
  };
}

interface Ended {
  readonly file?: string;
  readonly nesting: number;
  readonly details: { readonly duration_ms: number };
}

/** A suite fails with its tests, which are counted, or by itself: a hook, for instance. */
function isOfItsTests(error: unknown): boolean {
  return (error as { readonly failureType?: string }).failureType === "subtestsFailed";
}

const REASON_LINES = 25;

/** What the test's own error says: the runner wraps it. */
function reasonOf(error: unknown): string {
  const { cause = error } = error as { readonly cause?: unknown };
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}

const indented = (text: string): string =>
  text
    .split("\n")
    .slice(0, REASON_LINES)
    .map((line) => `    ${line}`)
    .join("\n");

let entries = 0;

/** A file that loads the others: starting Node.js and loading modules is most of a small file's time. */
function entryOf(files: readonly string[], environment: Readonly<Record<string, string>>): string {
  const path = fileURLToPath(new URL(`../../groups/${entries++}.js`, import.meta.url));
  mkdirSync(dirname(path), { recursive: true });
  const variables = `Object.assign(process.env, ${JSON.stringify(environment)})`;
  // Before the files: modules are evaluated in the order of their imports.
  const urls = [
    `data:text/javascript,${encodeURIComponent(variables)}`,
    ...files.map((file) => pathToFileURL(file).href),
  ];
  writeFileSync(path, urls.map((url) => `import ${JSON.stringify(url)};\n`).join(""));
  return path;
}
