/** Jobs of test files side by side: each lane takes the next job when it is through with one. */
import type { FileRun } from "./runFiles.js";

/** Runs its test files. @param ended hears of each once it is through */
export type Job = (ended: (run: FileRun) => void) => Promise<void>;

/**
 * Shows what has run when it is through.
 * @param jobs the longest first, so that no lane is left with a long one in the end
 */
export async function runInLanes(jobs: readonly Job[], lanes: number): Promise<readonly FileRun[]> {
  const waiting = [...jobs];
  const done: FileRun[] = [];
  const ended = (run: FileRun): void => {
    done.push(run);
    console.log(`\n▶ ${run.file}\n${run.told}`);
  };
  const lane = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await job(ended);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return done;
}
