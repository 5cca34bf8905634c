/** Takes a base of the user's off the list. What was made with it names it by its digest, and stays. */
import { CATALOGUE } from "../../learn/bases/catalogue.js";
import { ThawError } from "../../spec/errors.js";
import { requireBucket, type Store } from "../../store/connection/connection.js";
import { listBaseNames, removeBaseRecords } from "../../store/records/bases.js";
import { nearest } from "../nearest.js";

export interface RemovedBase {
  readonly name: string;
  /** All that it had, ascending. */
  readonly versions: readonly number[];
}

/**
 * Removes every version's record, not the checkpoints: garbage collection takes those that nothing refers to.
 * @throws ThawError USAGE (a base of the catalogue, a version), BASE_UNKNOWN, STORE_…
 */
export async function removeBase(store: Store, name: string): Promise<RemovedBase> {
  if (CATALOGUE.some((base) => base.name === name)) {
    throw new ThawError("USAGE", `${name} is a base of thaw's own, which cannot be removed`, {
      hint: "only bases that `thaw bases add` registered can be",
    });
  }
  const [, plain] = /^([^@]+)@/.exec(name) ?? [];
  if (plain !== undefined) {
    throw new ThawError("USAGE", `"${name}" names one version, and a base is removed with all of them`, {
      hint: `\`thaw bases remove ${plain}\``,
    });
  }
  await requireBucket(store);
  const versions = await removeBaseRecords(store, name);
  if (versions.length === 0) throw await unknown(store, name);
  return { name, versions };
}

async function unknown(store: Store, name: string): Promise<ThawError> {
  const names = await listBaseNames(store);
  const close = nearest(name, names);
  const known = names.length === 0 ? "no base has been added" : `added bases: ${names.join(", ")}`;
  return new ThawError("BASE_UNKNOWN", `no base called "${name}" has been added`, {
    hint: close.length === 0 ? known : `did you mean ${close.join(" or ")}? ${known}`,
  });
}
