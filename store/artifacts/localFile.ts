/** Single files of artifacts on this machine, fetched once: of bases, and of what they were tuned on. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactRef } from "../../spec/artifact.js";
import type { Store } from "../connection/connection.js";
import { downloadArtifactFile, requireManifest } from "./artifacts.js";

/** Where a file lies whose content has that digest; `thaw gc` knows how long to keep it. */
export const baseFileIn = (workFolder: string, digest: string): string => join(workFolder, "bases", digest);

/** Files appear whole, with their digest checked: the size tells whether this is one. */
export async function isThere(path: string, size: number | undefined): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.size === size;
}

/**
 * @returns path of the artifact's file of that name
 * @throws ThawError NOT_FOUND when the artifact was deleted from the store, ARTIFACT_CORRUPT, STORE_UNREACHABLE
 */
export async function localArtifactFile(
  store: Store,
  workFolder: string,
  artifact: ArtifactRef,
  name: string,
): Promise<string> {
  const manifest = await requireManifest(store, artifact);
  const file = manifest.files.find((candidate) => candidate.name === name);
  const path = baseFileIn(workFolder, file?.digest ?? artifact.digest);
  if (!(await isThere(path, file?.size))) await downloadArtifactFile(store, manifest, name, path);
  return path;
}
