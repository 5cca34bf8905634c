/**
 * `redirects/RUN/KEY.json`: where a run's stage is made under another key than its run file gives it. Attempts that follow
 * find there what an earlier one has decided or made; other runs never look.
 */
import { type Redirect, redirectSchema } from "../../spec/schemas/store/artifact.js";
import type { Store } from "../connection/connection.js";
import { readLosable, writeRecord } from "../record.js";

/** Under it lie the redirects: `RUN/KEY.json`. */
export const REDIRECTS_PREFIX = "redirects/";
const nameOf = (runId: string, key: string): string => `${REDIRECTS_PREFIX}${runId}/${key}.json`;

/** To be written before the artifact of the other key is committed: then there is no moment in which it is lost. */
export async function writeRedirect(
  store: Store,
  runId: string,
  key: string,
  redirect: Redirect,
): Promise<void> {
  await writeRecord(store, nameOf(runId, key), redirect);
}

/** Undefined when there is none, or none that can be read: then the stage is made again. */
export async function readRedirect(store: Store, runId: string, key: string): Promise<Redirect | undefined> {
  return readLosable(store, nameOf(runId, key), redirectSchema);
}
