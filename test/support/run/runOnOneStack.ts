/** Runs test files one after the other on services that are started once. */
import {
  DISTURBED_STACK,
  SHARED_NOTIFICATIONS,
  SHARED_SERVICES,
  SHARED_STACK,
  startDisturbedStack,
  startTellingStack,
} from "../services/sharedStack.js";
import { type Stack, startStack } from "../services/stack.js";
import { type FileRun, runFiles } from "./runFiles.js";

/** What is started for them, and how a file is told of it. */
interface Shared {
  readonly stack: Stack;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * With workers.
 * @param processes the files of each
 * @param timeout of one file, in milliseconds
 */
export const runOnOneStack = (
  processes: readonly (readonly string[])[],
  timeout: number,
  ended: (run: FileRun) => void,
): Promise<void> =>
  runOn(processes, timeout, ended, async () => {
    const stack = await startTellingStack();
    return {
      stack,
      environment: { [SHARED_STACK]: stack.folder, [SHARED_NOTIFICATIONS]: stack.notifications },
    };
  });

/** With workers, and the files kill them; otherwise as {@link runOnOneStack}. */
export const runOnDisturbedStack = (
  processes: readonly (readonly string[])[],
  timeout: number,
  ended: (run: FileRun) => void,
): Promise<void> =>
  runOn(processes, timeout, ended, async () => {
    const stack = await startDisturbedStack();
    return { stack, environment: { [DISTURBED_STACK]: stack.folder } };
  });

/** Without workers; otherwise as {@link runOnOneStack}. */
export const runOnServices = (
  processes: readonly (readonly string[])[],
  timeout: number,
  ended: (run: FileRun) => void,
): Promise<void> =>
  runOn(processes, timeout, ended, async () => {
    const stack = await startStack({ workers: false });
    return { stack, environment: { [SHARED_SERVICES]: stack.folder } };
  });

async function runOn(
  processes: readonly (readonly string[])[],
  timeout: number,
  ended: (run: FileRun) => void,
  start: () => Promise<Shared>,
): Promise<void> {
  const shared = await start().catch((error: unknown) => {
    // Each file starts its own then, and says what is wrong if that fails as well.
    console.log(`\nno services to share: ${String(error)}`);
    return undefined;
  });
  try {
    const environment = shared?.environment ?? {};
    for (const files of processes) await runFiles(files, { timeout, environment }, ended);
  } finally {
    await shared?.stack.close();
  }
}
