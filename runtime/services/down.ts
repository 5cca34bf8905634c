/** Stops a project's embedded services; ports, credentials and data stay. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { withLock } from "../lock.js";
import { type Layout, layoutOf } from "./layout.js";
import { GRACE_SECONDS, SERVICE_TITLES, type ServiceName } from "./names.js";
import { readRecord, type ServicesRecord, writeRecord } from "./record.js";
import { isAlive, type ProcessId, signal, terminate, waitForEnd } from "./supervision/processes.js";

interface DownOptions {
  readonly onProgress?: (line: string) => void;
}

/** Said when the project's lock has to be waited for. */
export const LOCK_HELD = "waiting for another thaw that starts or stops services";

/** Those that need others end first. */
const ENDING_ORDER: readonly (readonly ServiceName[])[] = [
  ["control-worker", "training-worker"],
  ["temporal", "s3"],
];
/** What the supervisor itself may need on top of its services' graces. */
const SUPERVISOR_SECONDS = 5;

/**
 * Ends the supervisor and every service, also those that a dead supervisor has left behind, and waits until
 * they are gone. Does nothing when nothing runs.
 * @throws ThawError USAGE when `.thaw/services.json` is damaged
 */
export async function down(projectFolder: string, options: DownOptions = {}): Promise<void> {
  const layout = layoutOf(resolve(projectFolder));
  const onProgress = options.onProgress ?? (() => undefined);
  if (!existsSync(layout.state)) return;
  await withLock(
    layout.lock,
    () => onProgress(LOCK_HELD),
    () => stopAll(layout, onProgress),
  );
}

/** As {@link down}, for a caller that holds the project's lock. */
export async function stopAll(layout: Layout, onProgress: (line: string) => void): Promise<void> {
  const supervisor = readRecord(layout)?.supervisor;
  if (isAlive(supervisor)) {
    onProgress("stopping the services");
    await stopSupervisor(supervisor);
  }
  // Read again: until its end the supervisor may have started and stopped processes.
  const record = readRecord(layout);
  if (record === undefined) return;
  await stopLeftovers(record, onProgress);
  const { version, ports, credentials } = record;
  writeRecord(layout, { version, ports, credentials, services: {} });
}

async function stopSupervisor(supervisor: ProcessId): Promise<void> {
  signal(supervisor, "SIGTERM");
  const graces = ENDING_ORDER.map((names) => Math.max(...names.map((name) => GRACE_SECONDS[name])));
  const seconds = graces.reduce((sum, grace) => sum + grace, SUPERVISOR_SECONDS);
  if (await waitForEnd(supervisor, seconds * 1000)) return;
  signal(supervisor, "SIGKILL");
  await waitForEnd(supervisor, SUPERVISOR_SECONDS * 1000);
}

async function stopLeftovers(record: ServicesRecord, onProgress: (line: string) => void): Promise<void> {
  for (const names of ENDING_ORDER) {
    await Promise.all(
      names.map(async (name) => {
        const left = record.services[name]?.process;
        if (!isAlive(left)) return;
        onProgress(`stopping the ${SERVICE_TITLES[name]} (process ${left.pid})`);
        await terminate(left, GRACE_SECONDS[name] * 1000);
      }),
    );
  }
}
