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
 * @param processes the files of each
 * @param timeout of one file, in milliseconds
 */
type RunOnShared = (
  processes: readonly (readonly string[])[],
  timeout: number,
  ended: (run: FileRun) => void,
) => Promise<void>;

/** With workers. */
export const runOnOneStack = onShared(async () => {
  const stack = await startTellingStack();
  return {
    stack,
    environment: { [SHARED_STACK]: stack.folder, [SHARED_NOTIFICATIONS]: stack.notifications },
  };
});

/** With workers, and the files kill them. */
export const runOnDisturbedStack = onShared(async () => {
  const stack = await startDisturbedStack();
  return { stack, environment: { [DISTURBED_STACK]: stack.folder } };
});

/** Without workers. */
export const runOnServices = onShared(async () => {
  const stack = await startStack({ workers: false });
  return { stack, environment: { [SHARED_SERVICES]: stack.folder } };
});

function onShared(start: () => Promise<Shared>): RunOnShared {
  return async (processes, timeout, ended) => {
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
  };
}
