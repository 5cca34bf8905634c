/** Registered models: their versions, and the aliases that point at them. */
import { ThawError } from "../../spec/errors.js";
import type { DamagedRecord } from "../../spec/records/damaged.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { Warning } from "../../spec/warnings/warning.js";
import { requireBucket, type Store } from "../../store/connection/connection.js";
import { unlessDamaged } from "../../store/record.js";
import { listAliases, readAlias, removeAlias, writeAlias } from "../../store/records/aliases.js";
import { listModels, listVersions, readModel, readRun } from "../../store/records/records.js";
import { withFoldsOf } from "./folds.js";
import { resolveModel } from "./reference.js";

/** A version and the aliases that point at it, sorted. */
export interface ListedVersion {
  readonly model: ModelVersion;
  readonly aliases: readonly string[];
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
  if (name !== undefined && !known.includes(name)) {
    throw new ThawError("NOT_FOUND", `there is no model called "${name}"`, {
      hint:
        known.length === 0 ? "there are no models yet: `thaw run` makes one" : `models: ${known.join(", ")}`,
    });
  }
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
      const pointing = aliases.filter((alias) => alias.version === version).map(({ alias }) => alias);
      const run = await unlessDamaged(readRun(store, found.runId), damaged);
      const { warnings } = run ?? {};
      listed.push({
        model: withFoldsOf(run, found),
        aliases: pointing,
        ...(warnings === undefined ? {} : { warnings }),
      });
    }
  }
  return { versions: listed, damaged };
}

/** Words that mean something else where a version may stand. */
const RESERVED = /^(v?\d+|latest)$/;
const ALIAS = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;

/**
 * Points an alias at the version that `ref` means; it may have pointed elsewhere, or be damaged.
 * @param ref like that of {@link resolveModel}
 * @throws ThawError USAGE (the alias), NOT_FOUND, STORE_…
 */
export async function setAlias(
  store: Store,
  ref: string,
  alias: string,
): Promise<{ readonly model: ModelVersion; readonly before: number | undefined }> {
  if (!ALIAS.test(alias) || RESERVED.test(alias)) {
    throw new ThawError("USAGE", `"${alias}" cannot be an alias`, {
      hint: "use up to 40 lower-case letters, digits and dashes, for example champion; numbers are versions",
    });
  }
  const model = await resolveModel(store, ref);
  const before = (await unlessDamaged(readAlias(store, model.name, alias), []))?.version;
  if (before !== model.version) {
    await writeAlias(store, model.name, { alias, version: model.version, since: new Date().toISOString() });
  }
  return { model, before };
}

/** @param ref `NAME@ALIAS` @throws ThawError USAGE, NOT_FOUND, STORE_… */
export async function dropAlias(store: Store, ref: string): Promise<{ model: string; alias: string }> {
  const [, model, alias] = /^([^@/]+)@([^@/]+)$/.exec(ref) ?? [];
  if (model === undefined || alias === undefined) {
    throw new ThawError("USAGE", `"${ref}" names no alias`, { hint: "write NAME@ALIAS" });
  }
  const damaged: DamagedRecord[] = [];
  const known = await unlessDamaged(readAlias(store, model, alias), damaged);
  if (known === undefined && damaged.length === 0) {
    const aliases = (await listAliases(store, model)).map((other) => other.alias);
    throw new ThawError("NOT_FOUND", `model ${model} has no alias ${alias}`, {
      hint: aliases.length === 0 ? "it has none at all" : `it has: ${aliases.join(", ")}`,
    });
  }
  await removeAlias(store, model, alias);
  return { model, alias };
}
