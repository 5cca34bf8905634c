/** Artifacts that lie in a store. */
import assert from "node:assert/strict";
import { type ArtifactManifest, findManifest, placeOf } from "../../../store/artifacts/artifacts.js";
import type { Store } from "../../../store/connection/connection.js";
import { listNames } from "../../../store/json.js";

/** Manifests of a kind, by name. */
export async function manifestsOf(
  store: Store,
  kind: string,
): Promise<ReadonlyMap<string, ArtifactManifest>> {
  const names = await listNames(store, `artifacts/${kind}/`);
  const found = await Promise.all(
    names.map(async (name) => {
      const place = placeOf(name) ?? assert.fail(name);
      return [name, (await findManifest(store, place.kind, place.key)) ?? assert.fail(name)] as const;
    }),
  );
  return new Map(found);
}
