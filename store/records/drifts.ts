/** Comparisons of new images with those that a version was evaluated on: one record each, named by what it depends on. */
import { ThawError } from "../../spec/errors.js";
import type { DriftRecord, DriftRef } from "../../spec/records/drift.js";
import { driftRecordSchema } from "../../spec/schemas/store/drift.js";
import { canonicalJson, sha256 } from "../artifacts/keys.js";
import type { Store } from "../connection/connection.js";
import { readRecord, withoutSeal, writeRecordOnce } from "../record.js";

/** @param parts all that the comparison depends on */
export function driftName(model: string, parts: Readonly<Record<string, unknown>>): string {
  return `models/${model}/drift/${sha256(canonicalJson(parts))}.json`;
}

/** How others name the record. */
export function driftRef(record: string, drift: DriftRecord): DriftRef {
  return { record, digest: sha256(canonicalJson(drift)) };
}

/** @returns undefined where there is none @throws ThawError ARTIFACT_CORRUPT, STORE_… */
export async function findDrift(store: Store, name: string): Promise<DriftRecord | undefined> {
  const drift = await readRecord<DriftRecord>(store, name, {
    schema: driftRecordSchema,
    what: "the record of how new images look to the version in use",
    remedy: "put it back from a copy, or remove it: the next look at such images makes it anew",
    fault: ({ model }) =>
      name.startsWith(`models/${model.name}/drift/`) ? undefined : `it is of model ${model.name}`,
  });
  return drift === undefined ? undefined : withoutSeal(drift);
}

/** @throws ThawError NOT_FOUND, ARTIFACT_CORRUPT where it says something else by now, STORE_… */
export async function requireDrift(store: Store, { record, digest }: DriftRef): Promise<DriftRecord> {
  const drift = await findDrift(store, record);
  if (drift === undefined) throw new ThawError("NOT_FOUND", `there is no record ${record} in the store`);
  if (driftRef(record, drift).digest === digest) return drift;
  throw new ThawError("ARTIFACT_CORRUPT", `the record ${record} is not the one that the run was given`, {
    hint: "put it back from a copy",
    record,
  });
}

/** Of two at once one is written. @returns the one that is there now @throws ThawError ARTIFACT_CORRUPT, STORE_… */
export async function keepDrift(store: Store, name: string, drift: DriftRecord): Promise<DriftRecord> {
  // What is read back is JSON: its digest is to be that of what was written.
  const plain = JSON.parse(JSON.stringify(drift)) as DriftRecord;
  const written = await writeRecordOnce(store, name, plain);
  return written === undefined ? ((await findDrift(store, name)) ?? plain) : plain;
}
