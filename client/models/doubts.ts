/** What may void a version's figures, for whoever puts it to use. */
import type { ModelVersion } from "../../spec/records/model.js";
import type { ModelProof } from "../../spec/records/proof.js";
import { newDoubts, voiding } from "../../spec/warnings/doubts.js";
import { subjectOf, type Warning } from "../../spec/warnings/warning.js";
import type { Store } from "../../store/connection/connection.js";
import { unlessDamaged } from "../../store/record.js";
import { voidingWarnings } from "../../store/records/doubts.js";
import { readModel } from "../../store/records/records.js";

export interface Doubts {
  /** Of the run that made the version, after which its figures may mean nothing; absent without any. */
  readonly warnings?: readonly Warning[];
}

/** None where the record of the run is not there or cannot be read. @throws ThawError STORE_… */
export async function doubtsOf(store: Store, { runId }: Pick<ModelVersion, "runId">): Promise<Doubts> {
  return given(await voidingWarnings(store, runId));
}

/** @param run the record of a version's run */
export function doubtsIn(run: { readonly warnings?: readonly Warning[] } | undefined): Doubts {
  return given(voiding(run?.warnings));
}

/** Of a version that is to take the place of another one: what of it is not true of that one as well. @throws ThawError STORE_… */
export async function doubtsInPlaceOf(
  store: Store,
  { model, championVersion, challengerVersion }: ModelProof,
): Promise<Doubts> {
  const of = async (version: number): Promise<readonly Warning[]> => {
    const known = await unlessDamaged(readModel(store, model, version), []);
    return known === undefined ? [] : voidingWarnings(store, known.runId);
  };
  const [before, after] = await Promise.all([of(championVersion), of(challengerVersion)]);
  return given(newDoubts(after, before.map(subjectOf)));
}

const given = (warnings: readonly Warning[]): Doubts => (warnings.length === 0 ? {} : { warnings });
