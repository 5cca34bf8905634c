/** What a run has warned of after which its figures may mean nothing. */
import { voiding } from "../../spec/warnings/doubts.js";
import type { Warning } from "../../spec/warnings/warning.js";
import type { Store } from "../connection/connection.js";
import { unlessDamaged } from "../record.js";
import { readRun } from "./records.js";

/** None where the run's record is not there or cannot be read. @throws ThawError STORE_… */
export async function voidingWarnings(store: Store, runId: string): Promise<readonly Warning[]> {
  return voiding((await unlessDamaged(readRun(store, runId), []))?.warnings);
}
