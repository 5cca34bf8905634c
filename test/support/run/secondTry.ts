/**
 * Test files that failed, once more and alone. They kill processes and wait for servers: on a busy machine one of them fails
 * now and then for its own sake, not the product's. Such a file is told as unsteady, with how it failed: it has a
 * fault that is to be mended, but nobody's change is refused for it. What fails twice has failed.
 */
import { fileAlone } from "./jobs.js";
import type { FileRun } from "./runFiles.js";

/** Were there more, it is no accident. */
const MOST_FILES = 2;

/** @returns the runs, those that passed the second time in the place of those that failed */
export async function tryFailedAgain(runs: readonly FileRun[]): Promise<readonly FileRun[]> {
  const failed = runs.filter(({ totals }) => totals.failed > 0);
  if (failed.length === 0 || failed.length > MOST_FILES || !failed.every(isIntegration)) return runs;
  const again = new Map<FileRun, FileRun>();
  for (const run of failed) {
    const { file, failures } = run;
    console.log(`\n▶ ${file}, once more and alone: it failed`);
    await fileAlone(file, (second) => {
      console.log(second.told);
      if (second.totals.failed === 0) again.set(run, { ...second, unsteady: failures });
    });
  }
  return runs.map((run) => again.get(run) ?? run);
}

const isIntegration = ({ file }: FileRun): boolean => file.includes("/test/integration/");
