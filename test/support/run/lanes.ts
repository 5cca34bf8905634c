/** Test files side by side: each lane takes the next job when it is through with one. */
import { type FilesRun, runFiles } from "./runFiles.js";

export interface Job {
  /** They share a process. */
  readonly files: readonly string[];
  /** Of one test, in milliseconds. */
  readonly timeout: number;
}

/**
 * Shows each job when it is through.
 * @param jobs the longest first, so that no lane is left with a long one in the end
 */
export async function runInLanes(jobs: readonly Job[], lanes: number): Promise<readonly FilesRun[]> {
  const waiting = [...jobs];
  const done: FilesRun[] = [];
  const lane = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const run = await runFiles(job.files, job.timeout);
      done.push(run);
      console.log(`\n▶ ${job.files.length === 1 ? job.files[0] : `${job.files.length} files`}\n${run.told}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return done;
}
