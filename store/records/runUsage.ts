/** What a run's stages have held, by the manifests of their artifacts. */
import type { ArtifactRef } from "../../spec/artifact.js";
import type { Usage } from "../../spec/records/usage.js";
import { findManifest } from "../artifacts/artifacts.js";
import type { Store } from "../connection/connection.js";

/**
 * Usages of the stages that the run itself computed, by name; what it found in the store cost it nothing.
 * @param artifacts of the run's stages, by name
 * @throws ThawError STORE_…
 */
export async function runUsage(
  store: Store,
  runId: string,
  artifacts: Readonly<Record<string, ArtifactRef>>,
): Promise<ReadonlyMap<string, Usage>> {
  const found = await Promise.all(
    Object.entries(artifacts).map(async ([stage, { kind, key }]) => {
      const usage = (await findManifest(store, kind, key))?.usage;
      return usage?.run === runId ? ([[stage, usage]] as const) : [];
    }),
  );
  return new Map(found.flat());
}
