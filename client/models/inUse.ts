/** Which version is in use, where the newest one was taken because none was named. */
import type { ModelVersion } from "../../spec/records/model.js";
import type { Store } from "../../store/connection/connection.js";
import { readAlias } from "../../store/records/aliases.js";
import { CHAMPION } from "./aliases.js";

/**
 * @param ref as it was written, like that of `resolveModel`
 * @param taken the version that it meant
 * @returns the champion's version, where that is another one; undefined where a version or a run was named, none is in use,
 *   or nobody can tell
 */
export async function inUseBeside(
  store: Store,
  ref: string,
  { name, version }: Pick<ModelVersion, "name" | "version">,
): Promise<number | undefined> {
  if (ref !== name) return undefined;
  // It is said beside what was asked for, which is there.
  const alias = await readAlias(store, name, CHAMPION).catch(() => undefined);
  return alias === undefined || alias.version === version ? undefined : alias.version;
}
