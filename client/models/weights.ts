/** The weights of a registered model on this machine. */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { WEIGHTS_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { ModelVersion } from "../../spec/records/model.js";
import { downloadArtifactFile, requireManifest } from "../../store/artifacts/artifacts.js";
import type { Store } from "../../store/connection/connection.js";

/** Downloaded once; the folder is named by the digest of what it holds. @returns the file's path */
export async function localWeights(store: Store, workFolder: string, model: ModelVersion): Promise<string> {
  const manifest = await requireManifest(store, model.weights);
  const path = join(workFolder, "models", manifest.digest, WEIGHTS_FILE);
  const size = manifest.files.find(({ name }) => name === WEIGHTS_FILE)?.size;
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || found.size !== size)
    await downloadArtifactFile(store, manifest, WEIGHTS_FILE, path);
  return path;
}
