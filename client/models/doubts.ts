/** What may void a version's figures, for whoever puts it to use. */
import type { ModelVersion } from "../../spec/records/model.js";
import { voiding, type Warning } from "../../spec/warnings/warning.js";
import type { Store } from "../../store/connection/connection.js";
import { unlessDamaged } from "../../store/record.js";
import { readRun } from "../../store/records/records.js";

export interface Doubts {
  /** Of the run that made the version, after which its figures may mean nothing; absent without any. */
  readonly warnings?: readonly Warning[];
}

/** None where the run's record is not there or cannot be read. @throws ThawError STORE_… */
export async function doubtsOf(store: Store, { runId }: Pick<ModelVersion, "runId">): Promise<Doubts> {
  return doubtsIn(await unlessDamaged(readRun(store, runId), []));
}

/** @param run the record of a version's run */
export function doubtsIn(run: { readonly warnings?: readonly Warning[] } | undefined): Doubts {
  const warnings = voiding(run?.warnings ?? []);
  return warnings.length === 0 ? {} : { warnings };
}
