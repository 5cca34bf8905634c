/** Runs test files one after the other on services that are started once; each has a process of its own. */
import { SHARED_NOTIFICATIONS, SHARED_STACK, startTellingStack } from "../services/sharedStack.js";
import { type FilesRun, runFiles } from "./runFiles.js";

/** @param timeout of one test, in milliseconds */
export async function runOnOneStack(
  files: readonly string[],
  timeout: number,
  ended: (run: FilesRun) => void,
): Promise<void> {
  const stack = await startTellingStack().catch((error: unknown) => {
    // Each file starts its own then, and says what is wrong if that fails as well.
    console.log(`\nno services to share: ${String(error)}`);
    return undefined;
  });
  const environment: Record<string, string> =
    stack === undefined ? {} : { [SHARED_STACK]: stack.folder, [SHARED_NOTIFICATIONS]: stack.notifications };
  try {
    for (const file of files) ended(await runFiles([file], timeout, environment));
  } finally {
    await stack?.close();
  }
}
