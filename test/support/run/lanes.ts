/** Test files side by side: each lane takes the next file when it is through with one. */
import { type FileRun, runFile } from "./runFile.js";

export interface Job {
  readonly file: string;
  /** Of one test, in milliseconds. */
  readonly timeout: number;
}

/**
 * Shows each file when it is through.
 * @param jobs the longest first, so that no lane is left with a long one in the end
 */
export async function runInLanes(jobs: readonly Job[], lanes: number): Promise<readonly FileRun[]> {
  const waiting = [...jobs];
  const done: FileRun[] = [];
  const lane = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const run = await runFile(job.file, job.timeout);
      done.push(run);
      console.log(`\n▶ ${job.file}\n${run.told.trim()}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return done;
}
