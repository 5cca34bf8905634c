/** Records of the checkpoints that users have registered as bases. */
import { z } from "zod";
import type { RegisteredBase } from "../../spec/base.js";
import { ThawError } from "../../spec/errors.js";
import { canonicalJson } from "../artifacts/keys.js";
import { type Store, storeCall } from "../connection/connection.js";
import { getJson, listNames, putJsonOnce } from "../json.js";

const perChannel = z.union([z.number(), z.tuple([z.number(), z.number(), z.number()])]);

const recordSchema: z.ZodType<RegisteredBase> = z.object({
  name: z.string(),
  version: z.int().min(1),
  createdAt: z.string(),
  architecture: z.string(),
  checkpoint: z.object({ digest: z.string().regex(/^[0-9a-f]{64}$/), size: z.int().min(0) }),
  pixelScale: z.object({ mean: perChannel, deviation: perChannel }).exactOptional(),
  inputSize: z.int().min(1).exactOptional(),
  extractor: z
    .object({ inputSize: z.int().min(1), features: z.int().min(1), output: z.string() })
    .exactOptional(),
  source: z.string(),
  licence: z.string(),
  pretrainedOn: z.string(),
});

const recordName = (name: string, version: number): string => `bases/${name}/v${version}.json`;

/** Versions of a registered base, ascending. */
export async function listBaseVersions(store: Store, name: string): Promise<number[]> {
  const names = await listNames(store, `bases/${name}/v`);
  return names.flatMap((path) => Number(/\/v(\d+)\.json$/.exec(path)?.[1] ?? [])).sort((a, b) => a - b);
}

/** Names of all registered bases, sorted. */
export async function listBaseNames(store: Store): Promise<string[]> {
  const names = await listNames(store, "bases/");
  return [...new Set(names.flatMap((path) => path.split("/")[1] ?? []))];
}

/**
 * One version of a registered base; the newest when `version` is left out.
 * @throws ThawError ARTIFACT_CORRUPT
 */
export async function readBase(
  store: Store,
  name: string,
  version?: number,
): Promise<RegisteredBase | undefined> {
  const wanted = version ?? (await listBaseVersions(store, name)).at(-1);
  if (wanted === undefined) return undefined;
  const value = await getJson(store, recordName(name, wanted));
  if (value === undefined) return undefined;
  const parsed = recordSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ThawError("ARTIFACT_CORRUPT", `the record of base ${name}@${wanted} is damaged`, {
    hint: `remove ${recordName(name, wanted)} from bucket ${store.bucket} and add the base again`,
  });
}

/** Several people who add bases of one name at once. */
const MOST_RACES = 20;

/** Registers under the next free version; what is the newest version already keeps its number. */
export async function registerBase(
  store: Store,
  base: Omit<RegisteredBase, "version">,
): Promise<RegisteredBase> {
  for (let race = 0; race < MOST_RACES; race++) {
    const newest = await readBase(store, base.name);
    if (newest !== undefined && isSame(newest, base)) return newest;
    const entry = { ...base, version: (newest?.version ?? 0) + 1 };
    if (await putJsonOnce(store, recordName(base.name, entry.version), entry)) return entry;
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
      store.client.removeObject(store.bucket, recordName(name, version)),
    );
  }
  return versions;
}

function isSame(
  { version: _version, createdAt: _then, ...known }: RegisteredBase,
  { createdAt: _now, ...base }: Omit<RegisteredBase, "version">,
): boolean {
  return canonicalJson(known) === canonicalJson(base);
}
