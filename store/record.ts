/** Records: JSON objects of a known shape, sealed where they are written and checked where they are read. */
import type { z } from "zod";
import { ThawError } from "../spec/errors.js";
import type { DamagedRecord } from "../spec/records/damaged.js";
import type { Store } from "./connection/connection.js";
import { getJson, putJson, putJsonOnce } from "./json.js";
import { type Seal, sealed, sealFault } from "./seal.js";

export interface RecordKind<Value> {
  readonly schema: z.ZodType<Value>;
  /** For messages: what the record is. */
  readonly what: string;
  /** What to do when it is damaged: `remove …; then …`. */
  readonly remedy: string;
  /** What is wrong with a record of the right shape; a record may lie under another one's name. */
  readonly fault?: (value: Value) => string | undefined;
}

/** @param value all but the seal */
export async function writeRecord(store: Store, name: string, value: object): Promise<void> {
  await putJson(store, name, sealed(name, value));
}

/**
 * Writes only if there is no record of that name.
 * @returns what was written; undefined when there is one
 */
export async function writeRecordOnce<Value extends object>(
  store: Store,
  name: string,
  value: Value,
): Promise<(Value & Seal) | undefined> {
  const record = sealed(name, value);
  return (await putJsonOnce(store, name, record)) ? record : undefined;
}

/** The record without its seal, for those that nobody else looks at. */
export function withoutSeal<Value extends object>(record: Value): Value {
  const { seal: _seal, ...rest } = record as Value & Partial<Seal>;
  return rest as Value;
}

/**
 * A record that may be lost: undefined when there is none, or none that can be read.
 * @throws ThawError STORE_…
 */
export async function readLosable<Value extends object>(
  store: Store,
  name: string,
  schema: z.ZodType<Value>,
): Promise<Value | undefined> {
  const value = await getJson(store, name);
  const { data } = schema.safeParse(value);
  return data === undefined || sealFault(name, value as object) !== undefined ? undefined : data;
}

/**
 * The record as it was written, with the keys of later versions that the schema does not know.
 * @param name its key in the bucket
 * @returns undefined when there is none
 * @throws ThawError ARTIFACT_CORRUPT when it is damaged, STORE_…
 */
export async function readRecord<Value>(
  store: Store,
  name: string,
  kind: RecordKind<Value>,
): Promise<Value | undefined> {
  const value = await getJson(store, name);
  return value === undefined ? undefined : checkRecord(store, name, value, kind);
}

/** @param value the parsed JSON; null for what is none @throws ThawError ARTIFACT_CORRUPT */
function checkRecord<Value>(
  { bucket }: Store,
  name: string,
  value: unknown,
  { schema, what, remedy, fault }: RecordKind<Value>,
): Value {
  const { success, error } = schema.safeParse(value);
  const why = success
    ? (fault?.(value as Value) ?? sealFault(name, value as object))
    : value === null
      ? "it is no JSON"
      : firstIssue(error);
  if (why === undefined) return value as Value;
  throw new ThawError("ARTIFACT_CORRUPT", `${what} is damaged (${name} in bucket ${bucket}): ${why}`, {
    hint: remedy,
    record: name,
  });
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  const path = (issue?.path ?? []).join(".");
  return path === "" ? (issue?.message ?? "") : `${path}: ${issue?.message}`;
}

/** Whether a record is damaged, and no server out of reach. */
export function isDamaged(error: unknown): error is ThawError & { readonly record: string } {
  return error instanceof ThawError && error.code === "ARTIFACT_CORRUPT" && error.record !== undefined;
}

/** What is read; undefined when that record is damaged, which is noted: a listing goes on with the others. */
export async function unlessDamaged<Value>(
  read: Promise<Value>,
  damaged: DamagedRecord[],
): Promise<Value | undefined> {
  try {
    return await read;
  } catch (error) {
    if (!isDamaged(error)) throw error;
    const { record, message: why, hint } = error;
    damaged.push({ record, why, ...(hint === undefined ? {} : { hint }) });
    return undefined;
  }
}
