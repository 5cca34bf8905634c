/** What a model's evaluation kept of its images, on this machine. */
import { join } from "node:path";
import { ThawError } from "../../spec/errors.js";
import { FAMILIAR_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { Store } from "../connection/connection.js";
import { requireManifest } from "./artifacts.js";
import { fetchedModelFile, type Told } from "./localFile.js";

/**
 * Downloaded once, and once more when the copy was changed.
 * @param told of one that was deleted from the store: predictions go without it
 * @returns the file's path; undefined in models that were evaluated before there was such a file
 * @throws ThawError ARTIFACT_CORRUPT, DISK_FULL, STORE_UNREACHABLE
 */
export async function localFamiliar(
  store: Store,
  workFolder: string,
  model: ModelVersion,
  told: Told,
): Promise<string | undefined> {
  const { evaluate } = model.artifacts;
  if (evaluate === undefined) return undefined;
  try {
    const { files } = await requireManifest(store, evaluate);
    const file = files.find(({ name }) => name === FAMILIAR_FILE);
    return file && (await fetchedModelFile(store, join(workFolder, "models"), evaluate, file, told));
  } catch (error) {
    if (!(error instanceof ThawError) || error.code !== "NOT_FOUND") throw error;
    told("what the evaluation kept of its images was deleted: images that are unlike them are not marked");
    return undefined;
  }
}
