/** The weights of a registered model on this machine. */
import { join } from "node:path";
import { WEIGHTS_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { Store } from "../connection/connection.js";
import { localModelFile, type Told } from "./localFile.js";

/**
 * Downloaded once, and once more when the copy was changed; the folder is named by the digest of what it holds.
 * @returns the file's path
 */
export async function localWeights(
  store: Store,
  workFolder: string,
  model: ModelVersion,
  told: Told,
): Promise<string> {
  return localModelFile(store, join(workFolder, "models"), model.weights, WEIGHTS_FILE, told);
}
