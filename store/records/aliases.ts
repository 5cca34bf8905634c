/** Names for versions of a model that can be moved on: `digits@champion`. */
import type { DamagedRecord } from "../../spec/records/damaged.js";
import { aliasSchema } from "../../spec/schemas/store/small.js";
import { type Store, storeCall } from "../connection/connection.js";
import { listNames } from "../json.js";
import { readRecord, unlessDamaged, withoutSeal, writeRecord } from "../record.js";

/** Where an alias points, and since when. */
export interface Alias {
  readonly alias: string;
  readonly version: number;
  /** ISO 8601. */
  readonly since: string;
}

const folder = (model: string): string => `models/${model}/aliases/`;
const recordName = (model: string, alias: string): string => `${folder(model)}${alias}.json`;

/** @returns undefined when there is none of that name @throws ThawError ARTIFACT_CORRUPT, STORE_… */
export async function readAlias(store: Store, model: string, alias: string): Promise<Alias | undefined> {
  const record = await readRecord(store, recordName(model, alias), {
    schema: aliasSchema,
    what: `the alias ${model}@${alias}`,
    remedy: `point it anew: \`thaw models alias ${model}@VERSION ${alias}\``,
  });
  return record && { ...withoutSeal(record), alias };
}

/** All aliases of a model, by name. @param damaged gets those that cannot be read */
export async function listAliases(
  store: Store,
  model: string,
  damaged: DamagedRecord[] = [],
): Promise<Alias[]> {
  const names = await listNames(store, folder(model));
  const aliases = names.map((name) => name.slice(folder(model).length, -".json".length));
  const found = await Promise.all(
    aliases.map((alias) => unlessDamaged(readAlias(store, model, alias), damaged)),
  );
  return found.filter((alias) => alias !== undefined);
}

/** Points the alias at a version; it may have pointed elsewhere before. */
export async function writeAlias(store: Store, model: string, { alias, ...record }: Alias): Promise<void> {
  await writeRecord(store, recordName(model, alias), record);
}

export async function removeAlias(store: Store, model: string, alias: string): Promise<void> {
  await storeCall(store, `removing alias ${alias} of model ${model}`, () =>
    store.client.removeObject(store.bucket, recordName(model, alias)),
  );
}
