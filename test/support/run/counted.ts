/** What a test file's lines of the report come to. */
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { spec } from "node:test/reporters";
import { nameOf } from "./testName.js";
import { NONE, type Totals } from "./totals.js";

/** A line of the report of `node:test`; what belongs to no test has no depth. */
export interface Reported {
  readonly type: string;
  readonly data: {
    readonly name?: string;
    readonly nesting?: number;
    readonly skip?: unknown;
    readonly details?: { readonly type?: string; readonly error?: unknown };
  };
}

export interface Counted {
  readonly totals: Totals;
  /** What a person reads of it. */
  readonly told: string;
  /** Each test that failed, with why. */
  readonly failures: readonly string[];
}

/** @param lines of one file: those of its tests, which are one deep, and at last its own, as of a suite */
export async function counted(file: string, lines: readonly Reported[]): Promise<Counted> {
  const totals = { ...NONE };
  const failures: string[] = [];
  const fail = (what: string, why: string): void => {
    totals.failed += 1;
    failures.push(`✖ ${nameOf(file)}${what}\n${indented(why)}`);
  };
  for (const { type, data } of lines) {
    const { name, nesting = 0, details, skip } = data;
    const isSuite = details?.type === "suite";
    if (type === "test:fail" && !(isSuite && isOfItsTests(details.error)))
      fail(nesting === 0 ? "" : `: ${name}`, reasonOf(details?.error));
    // A suite that is skipped names none of its tests.
    else if (type === "test:pass" && skip !== undefined) totals.skipped += 1;
    else if (type === "test:pass" && !isSuite) totals.passed += 1;
  }
  if (totals.passed + totals.failed + totals.skipped === 0) fail("", "it has no test");
  const ofTests = lines.filter(({ data: { nesting } }) => nesting !== 0);
  return { totals, told: await told(ofTests), failures };
}

/** For a person. @param lines of tests that are at least one deep */
export async function told(lines: readonly Reported[]): Promise<string> {
  const raised = lines.map(({ type, data }) => ({
    type,
    data: data.nesting === undefined ? data : { ...data, nesting: Math.max(0, data.nesting - 1) },
  }));
  return (await text(Readable.from(raised).compose(new spec()))).trim();
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

const indented = (why: string): string =>
  why
    .split("\n")
    .slice(0, REASON_LINES)
    .map((line) => `    ${line}`)
    .join("\n");
