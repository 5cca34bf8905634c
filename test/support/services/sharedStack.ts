/** A stack that several test files use one after the other, as if each had its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { openSession, type Session } from "../../../client/session.js";
import { loadPlatform } from "../../../runtime/platform.js";
import { listNames } from "../../../store/json.js";
import { addSmallBase } from "./smallBase.js";
import { type Stack, startStack } from "./stack.js";

/** Names the project folder whose services a test file shares; `test/support/run/runOnOneStack.ts` sets it. */
export const SHARED_STACK = "THAW_TEST_SHARED_STACK";

/**
 * Services with workers and the small base, for a file that kills none of them, sets no variables for them, and does
 * not mind closed workflows of others: the store is empty and nothing runs. It has a folder of its own in that of the
 * project. Run alone, the file starts services of its own.
 */
export async function sharedStack(): Promise<Stack> {
  const project = process.env[SHARED_STACK];
  if (project === undefined) return startStack({ workers: true, smallBase: true });
  const session = await openSession(await loadPlatform(project), "write");
  await addSmallBase(session.store);
  const folder = await mkdtemp(join(project, "test-"));
  return {
    folder,
    project,
    session,
    close: async () => {
      await endAllRuns(session);
      await emptyStore(session);
      await session.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What a failed test has left running would hold up the next file. */
async function endAllRuns({ temporal }: Session): Promise<void> {
  for await (const { workflowId } of temporal.workflow.list({ query: 'ExecutionStatus = "Running"' })) {
    const handle = temporal.workflow.getHandle(workflowId);
    // It may have ended meanwhile.
    await handle.terminate("its test file has ended").catch(() => undefined);
  }
}

/** The next file counts versions from one, and finds no artifact that it has not made. */
async function emptyStore({ store }: Session): Promise<void> {
  await store.client.removeObjects(store.bucket, await listNames(store, ""));
}
