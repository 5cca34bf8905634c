/** Records of the checkpoints that users have registered as bases. */
import type { RegisteredBase } from "../../spec/base.js";
import { ThawError } from "../../spec/errors.js";
import { registeredBaseSchema } from "../../spec/schemas/records/model.js";
import { canonicalJson } from "../artifacts/keys.js";
import { type Store, storeCall } from "../connection/connection.js";
import { listNames } from "../json.js";
import { readRecord, unlessDamaged, writeRecordOnce } from "../record.js";

/** Under it lie the records: `NAME/vN.json`. */
export const BASES_PREFIX = "bases/";
/** Where a version's record lies in the bucket. */
export const baseRecordName = (name: string, version: number): string =>
  `${BASES_PREFIX}${name}/v${version}.json`;

/** Versions of a registered base, ascending. */
export async function listBaseVersions(store: Store, name: string): Promise<number[]> {
  const names = await listNames(store, `${BASES_PREFIX}${name}/v`);
  return names.flatMap((path) => Number(/\/v(\d+)\.json$/.exec(path)?.[1] ?? [])).sort((a, b) => a - b);
}

/** Names of all registered bases, sorted. */
export async function listBaseNames(store: Store): Promise<string[]> {
  const names = await listNames(store, BASES_PREFIX);
  return [...new Set(names.flatMap((path) => path.split("/")[1] ?? []))];
}

/**
 * One version of a registered base; the newest when `version` is left out.
 * @throws ThawError ARTIFACT_CORRUPT, STORE_…
 */
export async function readBase(
  store: Store,
  name: string,
  version?: number,
): Promise<RegisteredBase | undefined> {
  const wanted = version ?? (await listBaseVersions(store, name)).at(-1);
  if (wanted === undefined) return undefined;
  return readRecord(store, baseRecordName(name, wanted), {
    schema: registeredBaseSchema,
    what: `the record of base ${name}@${wanted}`,
    remedy: "remove it from the bucket and add the base again",
    fault: (base) => baseFault(base, name, wanted),
  });
}

function baseFault(base: RegisteredBase, name: string, version: number): string | undefined {
  if (base.name !== name || base.version !== version) return `it is of ${base.name}@${base.version}`;
  // Golden vectors came with the seals.
  return base.golden !== undefined && base.seal === undefined ? "its seal is missing" : undefined;
}

/** Several people who add bases of one name at once. */
const MOST_RACES = 20;

/**
 * Registers under the next free version; what is the newest version already keeps its number, and so does one whose
 * record is damaged.
 */
export async function registerBase(
  store: Store,
  base: Omit<RegisteredBase, "version">,
): Promise<RegisteredBase> {
  for (let race = 0; race < MOST_RACES; race++) {
    const version = (await listBaseVersions(store, base.name)).at(-1) ?? 0;
    const newest = await unlessDamaged(readBase(store, base.name, version), []);
    if (newest !== undefined && isSame(newest, base)) return newest;
    const entry = { ...base, version: version + 1 };
    const record = await writeRecordOnce(store, baseRecordName(base.name, entry.version), entry);
    if (record !== undefined) return record;
  }
  throw new ThawError("STORE_UNREACHABLE", `no version of base ${base.name} could be registered`, {
    hint: "many are registered at once; try again",
  });
}

/**
 * Removes the records of all versions; the oldest goes first, so that a removal that breaks off leaves the newest one
 * what the name means.
 * @returns the versions that there were, ascending
 */
export async function removeBaseRecords(store: Store, name: string): Promise<number[]> {
  const versions = await listBaseVersions(store, name);
  for (const version of versions) {
    await storeCall(store, `removing base ${name}@${version}`, () =>
      store.client.removeObject(store.bucket, baseRecordName(name, version)),
    );
  }
  return versions;
}

/** Another machine rounds the numbers of the same base otherwise. */
function isSame(
  { version: _version, createdAt: _then, seal: _seal, golden: _here, ...known }: RegisteredBase,
  { createdAt: _now, golden: _there, ...base }: Omit<RegisteredBase, "version">,
): boolean {
  return canonicalJson(known) === canonicalJson(base);
}
