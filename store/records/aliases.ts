/** Names for versions of a model that can be moved on: `digits@champion`. */
import { z } from "zod";
import { type Store, storeCall } from "../connection/connection.js";
import { getJson, listNames, putJson } from "../json.js";

/** Where an alias points, and since when. */
export interface Alias {
  readonly alias: string;
  readonly version: number;
  /** ISO 8601. */
  readonly since: string;
}

const recordSchema = z.object({ version: z.int().min(1), since: z.string() });

const folder = (model: string): string => `models/${model}/aliases/`;
const recordName = (model: string, alias: string): string => `${folder(model)}${alias}.json`;

/** @returns undefined when there is none of that name, or when its record is damaged */
export async function readAlias(store: Store, model: string, alias: string): Promise<Alias | undefined> {
  const record = recordSchema.safeParse(await getJson(store, recordName(model, alias)));
  return record.success ? { alias, ...record.data } : undefined;
}

/** All aliases of a model, by name. */
export async function listAliases(store: Store, model: string): Promise<Alias[]> {
  const names = await listNames(store, folder(model));
  const aliases = names.map((name) => name.slice(folder(model).length, -".json".length));
  const found = await Promise.all(aliases.map((alias) => readAlias(store, model, alias)));
  return found.filter((alias) => alias !== undefined);
}

/** Points the alias at a version; it may have pointed elsewhere before. */
export async function writeAlias(store: Store, model: string, { alias, ...record }: Alias): Promise<void> {
  await putJson(store, recordName(model, alias), record);
}

export async function removeAlias(store: Store, model: string, alias: string): Promise<void> {
  await storeCall(store, `removing alias ${alias} of model ${model}`, () =>
    store.client.removeObject(store.bucket, recordName(model, alias)),
  );
}
