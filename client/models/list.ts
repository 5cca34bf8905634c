/** Registered models: their versions, and the aliases that point at them. */
import { CATALOGUE } from "../../learn/bases/catalogue.js";
import type { DamagedRecord } from "../../spec/records/damaged.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { Warning } from "../../spec/warnings/warning.js";
import { requireBucket, type Store } from "../../store/connection/connection.js";
import { unlessDamaged } from "../../store/record.js";
import { listAliases } from "../../store/records/aliases.js";
import { listModels, listVersions, readModel, readRun } from "../../store/records/records.js";
import { withFoldsOf } from "./folds.js";
import { requireModel } from "./requireModel.js";

/** A version and the aliases that point at it, sorted. */
export interface ListedVersion {
  readonly model: ModelVersion;
  readonly aliases: readonly string[];
  /** Of its base; absent where another version of thaw knows that. */
  readonly licence?: string;
  /** The same with the time since when, ISO 8601; absent where no alias points at it. */
  readonly inUse?: readonly { readonly alias: string; readonly since: string }[];
  /** Of the run that registered it; absent without any, and where its record is gone or of an older version. */
  readonly warnings?: readonly Warning[];
}

export interface ListedModels {
  readonly versions: readonly ListedVersion[];
  /** Records that cannot be read, of models, of their aliases and of the runs that made them. */
  readonly damaged: readonly DamagedRecord[];
}

/**
 * All versions of all models, by name, the newest first; of one model where `name` says so.
 * @throws ThawError NOT_FOUND for a name that there is not, STORE_…
 */
export async function modelVersions(store: Store, name?: string): Promise<ListedModels> {
  await requireBucket(store);
  const known = await listModels(store);
  if (name !== undefined) await requireModel(store, name, known);
  const listed: ListedVersion[] = [];
  const damaged: DamagedRecord[] = [];
  for (const model of name === undefined ? known : [name]) {
    const [versions, aliases] = await Promise.all([
      listVersions(store, model),
      listAliases(store, model, damaged),
    ]);
    for (const version of versions.toReversed()) {
      const found = await unlessDamaged(readModel(store, model, version), damaged);
      if (found === undefined) continue;
      const pointing = aliases.filter((alias) => alias.version === version);
      const inUse = pointing.map(({ alias, since }) => ({ alias, since }));
      const run = await unlessDamaged(readRun(store, found.runId), damaged);
      const { warnings } = run ?? {};
      listed.push({
        model: withFoldsOf(run, found),
        aliases: pointing.map(({ alias }) => alias),
        ...licenceOf(found),
        ...(inUse.length === 0 ? {} : { inUse }),
        ...(warnings === undefined ? {} : { warnings }),
      });
    }
  }
  return { versions: listed, damaged };
}

function licenceOf({ base, baseSpec }: ModelVersion): Pick<ListedVersion, "licence"> {
  const origin = baseSpec?.origin ?? CATALOGUE.find(({ name }) => name === base);
  return origin === undefined ? {} : { licence: origin.licence };
}
