/** Runs that garbage collection keeps, however old they are. */
import { type Store, storeCall } from "../connection/connection.js";
import { listNames } from "../json.js";
import { writeRecord } from "../record.js";

const PREFIX = "pins/";
const pinName = (runId: string): string => `${PREFIX}${runId}.json`;

export async function writePin(store: Store, runId: string): Promise<void> {
  await writeRecord(store, pinName(runId), { since: new Date().toISOString() });
}

/** @returns whether there was one */
export async function removePin(store: Store, runId: string): Promise<boolean> {
  const isPinned = (await listPins(store)).includes(runId);
  await storeCall(store, `unpinning ${runId}`, () => store.client.removeObject(store.bucket, pinName(runId)));
  return isPinned;
}

/** Ids of the pinned runs, sorted. */
export async function listPins(store: Store): Promise<string[]> {
  const names = await listNames(store, PREFIX);
  return names.map((name) => name.slice(PREFIX.length, -".json".length));
}
