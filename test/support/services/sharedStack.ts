/** Services that several test files use one after the other, as if each had its own: with workers, or without. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSession, type Session } from "../../../client/session.js";
import { loadPlatform } from "../../../runtime/platform.js";
import { status } from "../../../runtime/services/status.js";
import { ensureBucket } from "../../../store/connection/connection.js";
import { listNames } from "../../../store/json.js";
import { until } from "../until.js";
import { addSmallBase } from "./smallBase.js";
import { registerTinyBase, type Stack, type StackOptions, startStack } from "./stack.js";

/** Names the project folder whose services and workers a test file shares; `test/support/run/runOnOneStack.ts` sets it. */
export const SHARED_STACK = "THAW_TEST_SHARED_STACK";
/** Names that of services without workers. */
export const SHARED_SERVICES = "THAW_TEST_SHARED_SERVICES";
/** Names that of services and workers that files kill. */
export const DISTURBED_STACK = "THAW_TEST_DISTURBED_STACK";
/** Names its file of who is told of events. */
export const SHARED_NOTIFICATIONS = "THAW_TEST_SHARED_NOTIFICATIONS";

/** What `THAW_NOTIFICATIONS` names to the control worker, which reads it anew for each message: nobody is told. */
const NOBODY = "endpoints: []\n";

/** Starts services with workers, and who is told of events can be changed. @returns with the settings' path */
export async function startTellingStack(
  options: Omit<StackOptions, "workers"> = {},
): Promise<Stack & { readonly notifications: string }> {
  const folder = await mkdtemp(join(tmpdir(), "thaw-notifications-"));
  const notifications = join(folder, "notifications.yaml");
  await writeFile(notifications, NOBODY);
  const controlVariables = { THAW_NOTIFICATIONS: notifications };
  const stack = await startStack({ workers: true, controlVariables, ...options });
  return {
    ...stack,
    notifications,
    close: async () => {
      await stack.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Services with workers and the small base, for a file that kills none of them – an engine it may –, sets no variables for
 * them, and does not mind closed workflows of others: the store is empty and nothing runs. It has a folder of its own in that of the
 * project. Run alone, the file starts services of its own.
 */
export async function sharedStack(): Promise<Stack & { readonly notifications: string }> {
  const { [SHARED_STACK]: project, [SHARED_NOTIFICATIONS]: notifications } = process.env;
  if (project === undefined || notifications === undefined) return startTellingStack({ smallBase: true });
  const stack = await partOf(project);
  await addSmallBase(stack.session.store);
  return {
    ...stack,
    notifications,
    close: async () => {
      await stack.close();
      await writeFile(notifications, NOBODY);
    },
  };
}

/** A stage has a checkpoint soon, and not so many that they cost more than it does. */
const DISTURBED = { workers: true, trainingVariables: { THAW_CHECKPOINT_SECONDS: "1" } } as const;

/** What files share that kill. */
export const startDisturbedStack = (): Promise<Stack> => startStack(DISTURBED);

/**
 * Services with workers that a file may kill and stop, as long as it lets go on what it has stopped: the next one begins when all of them are
 * ready again. Otherwise as {@link sharedStack}, with the tiny base; checkpoints are written every second.
 */
export async function disturbedStack(): Promise<Stack> {
  const { [DISTURBED_STACK]: project } = process.env;
  if (project === undefined) return startStack({ ...DISTURBED, tinyBase: true });
  const stack = await partOf(project);
  await registerTinyBase(stack);
  return {
    ...stack,
    close: async () => {
      await allReady(project);
      await stack.close();
    },
  };
}

/** Waits until every service is there that was killed. */
const allReady = (project: string): Promise<unknown> =>
  until("all services are ready", async () => (await status(project)).services.every(({ ready }) => ready));

/**
 * Services without workers, for a file that uses the store alone or brings workers of its own and stops them: kills none of the
 * services, gives them no flags, and minds neither closed workflows of others nor the bucket, which may be there already. Run
 * alone, the file starts services of its own.
 */
export async function sharedServices(): Promise<Stack> {
  const { [SHARED_SERVICES]: project } = process.env;
  return project === undefined ? startStack({ workers: false }) : partOf(project);
}

/** A folder in the project, whose services are as new when it is closed. */
async function partOf(project: string): Promise<Stack> {
  const session = await openSession(await loadPlatform(project), "write");
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

/** What a failed test has left running, or due, would hold up the next file. */
async function endAllRuns({ temporal }: Session): Promise<void> {
  for await (const { scheduleId } of temporal.schedule.list())
    await temporal.schedule
      .getHandle(scheduleId)
      .delete()
      .catch(() => undefined);
  for await (const { workflowId } of temporal.workflow.list({ query: 'ExecutionStatus = "Running"' })) {
    const handle = temporal.workflow.getHandle(workflowId);
    // It may have ended meanwhile.
    await handle.terminate("its test file has ended").catch(() => undefined);
  }
}

/** The next file counts versions from one, and finds no artifact that it has not made. */
async function emptyStore({ store }: Session): Promise<void> {
  // A file that failed early may not have made the bucket.
  await ensureBucket(store);
  await store.client.removeObjects(store.bucket, await listNames(store, ""));
}
