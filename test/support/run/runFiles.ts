/**
 * Runs test files that share a process. What was not begun when it ended goes on in another one; the file in which it ended runs
 * once more, alone.
 */
import { type Measured, runInOneProcess } from "./oneProcess.js";
import { nameOf } from "./testName.js";
import { NONE } from "./totals.js";

export interface FileRun extends Measured {
  /** How it failed the first time, where it passed the second. */
  readonly unsteady?: readonly string[];
}

export interface RunOptions {
  /** Of one file, in milliseconds. */
  readonly timeout: number;
  /** Laid over this process's, for the files. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Bytes of a process with which it begins no other file. */
  readonly room?: number;
}

/** Bytes of a process, so that what files leave in it, networks of TensorFlow for instance, does not add up. */
const ROOM = 1.5 * 2 ** 30;

/** @param ended hears of each file once it is through */
export async function runFiles(
  files: readonly string[],
  options: RunOptions,
  ended: (run: FileRun) => void,
): Promise<void> {
  for (let left = files; left.length > 0; ) {
    const { through, failure } = await runSome(left, options, ended);
    const [first, ...others] = left.slice(through);
    left = left.slice(through);
    if (failure === undefined || first === undefined) continue;
    if (files.length === 1) return ended(broken(first, failure));
    await runAgain(first, failure, options, ended);
    left = others;
  }
}

/** Alone in a process. @param failure what came of the process that it had with others */
async function runAgain(
  file: string,
  failure: string,
  options: RunOptions,
  ended: (run: FileRun) => void,
): Promise<void> {
  const before = `✖ ${nameOf(file)}: ${failure}`;
  console.log(`\n▶ ${file}, once more and alone: ${failure}`);
  await runFiles([file], options, (run) =>
    ended(run.totals.failed > 0 ? run : { ...run, unsteady: [before] }),
  );
}

/** @returns why a process ended before a file was through, where that is this file's fault */
async function runSome(
  files: readonly string[],
  options: RunOptions,
  ended: (run: FileRun) => void,
): Promise<{ readonly through: number; readonly failure: string | undefined }> {
  const runs: FileRun[] = [];
  const what = { environment: {}, room: ROOM, ...options, files };
  const { failure } = await runInOneProcess(what, (run) => {
    runs.push(run);
    // How the process ends is known after its last file.
    if (runs.length < files.length) ended(run);
  });
  const through = runs.length;
  const [last] = through === files.length ? runs.slice(-1) : [];
  if (last !== undefined) ended(failure === undefined ? last : withFailure(last, failure));
  // A test that waits for nothing fails and ends its process, before the next file.
  const isKnown = last !== undefined || runs.some(({ totals }) => totals.failed > 0);
  return { through, failure: isKnown ? undefined : failure };
}

const broken = (file: string, failure: string): FileRun =>
  withFailure({ file, totals: NONE, seconds: 0, told: "", failures: [] }, failure);

/** What ends without having counted, or leaves something behind, has failed. */
export function withFailure(run: FileRun, what: string): FileRun {
  const failure = `✖ ${nameOf(run.file)}: ${what}`;
  return {
    ...run,
    totals: { ...run.totals, failed: run.totals.failed + 1 },
    told: `${run.told}\n${failure}`.trim(),
    failures: [...run.failures, failure],
  };
}
