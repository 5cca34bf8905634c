/** Runs test files one after the other on services that are started once; each has a process of its own. */
import {
  DISTURBED_STACK,
  SHARED_NOTIFICATIONS,
  SHARED_SERVICES,
  SHARED_STACK,
  startDisturbedStack,
  startTellingStack,
} from "../services/sharedStack.js";
import { type Stack, startStack } from "../services/stack.js";
import { type FilesRun, runFiles } from "./runFiles.js";

/** What is started for them, and how a file is told of it. */
interface Shared {
  readonly stack: Stack;
  readonly environment: Readonly<Record<string, string>>;
}

/** With workers. @param timeout of one test, in milliseconds */
export const runOnOneStack = (
  files: readonly string[],
  timeout: number,
  ended: (run: FilesRun) => void,
): Promise<void> =>
  runOn(files, timeout, ended, async () => {
    const stack = await startTellingStack();
    return {
      stack,
      environment: { [SHARED_STACK]: stack.folder, [SHARED_NOTIFICATIONS]: stack.notifications },
    };
  });

/** With workers, and the files kill them. @param timeout of one test, in milliseconds */
export const runOnDisturbedStack: typeof runOnOneStack = (files, timeout, ended) =>
  runOn(files, timeout, ended, async () => {
    const stack = await startDisturbedStack();
    return { stack, environment: { [DISTURBED_STACK]: stack.folder } };
  });

/** Without workers. @param timeout of one test, in milliseconds */
export const runOnServices = (
  files: readonly string[],
  timeout: number,
  ended: (run: FilesRun) => void,
): Promise<void> =>
  runOn(files, timeout, ended, async () => {
    const stack = await startStack({ workers: false });
    return { stack, environment: { [SHARED_SERVICES]: stack.folder } };
  });

async function runOn(
  files: readonly string[],
  timeout: number,
  ended: (run: FilesRun) => void,
  start: () => Promise<Shared>,
): Promise<void> {
  const shared = await start().catch((error: unknown) => {
    // Each file starts its own then, and says what is wrong if that fails as well.
    console.log(`\nno services to share: ${String(error)}`);
    return undefined;
  });
  try {
    for (const file of files) ended(await runFiles([file], timeout, shared?.environment));
  } finally {
    await shared?.stack.close();
  }
}
