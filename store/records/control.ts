/** `control/RUN.json`: commands on their way from a run's workflow to its training activity. */

import { controlFileSchema } from "../../spec/steering/schema.js";
import type { ControlFile } from "../../spec/steering/steering.js";
import { isMissing, type Store, storeCall } from "../connection/connection.js";
import { readRecord, unlessDamaged, withoutSeal, writeRecord } from "../record.js";

/** Under it lie the runs' commands: `RUN.json`. */
export const CONTROL_PREFIX = "control/";
const controlName = (runId: string): string => `${CONTROL_PREFIX}${runId}.json`;

/**
 * Writes the list unless a longer one is there: an attempt that was given up may wake up late. It takes the place of
 * one that is damaged.
 * @throws ThawError STORE_…
 */
export async function writeControlFile(store: Store, file: ControlFile): Promise<void> {
  const known = await unlessDamaged(readControlFile(store, file.runId), []);
  const newest = ({ commands }: ControlFile): number => commands.at(-1)?.seq ?? 0;
  if (known !== undefined && newest(known) > newest(file)) return;
  await writeRecord(store, controlName(file.runId), file);
}

/** @throws ThawError ARTIFACT_CORRUPT, STORE_… */
export async function readControlFile(store: Store, runId: string): Promise<ControlFile | undefined> {
  const file = await readRecord(store, controlName(runId), {
    schema: controlFileSchema,
    what: `the list of commands to run ${runId}`,
    remedy: "the next command to the run writes it anew",
    fault: (file) => (file.runId === runId ? undefined : `it is of run ${file.runId}`),
  });
  return file && withoutSeal(file);
}

/** Changes with the file's content; undefined when there is no file. */
export async function controlFileTag(store: Store, runId: string): Promise<string | undefined> {
  return storeCall(store, "looking for commands", async () => {
    try {
      return (await store.client.statObject(store.bucket, controlName(runId))).etag;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  });
}
