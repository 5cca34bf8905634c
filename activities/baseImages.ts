/** Lists of the images that a run's base was tuned on, as files on this machine. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { IMAGES_FILE } from "../data/dataset.js";
import type { ArtifactRef } from "../spec/run.js";
import { downloadArtifactFile, requireManifest } from "../store/artifacts.js";
import type { Store } from "../store/connection.js";

/**
 * @param datasets artifacts of `ingest`; of each only the list is fetched, once
 * @throws ThawError NOT_FOUND when one was deleted from the store, ARTIFACT_CORRUPT, STORE_UNREACHABLE
 */
export async function imageLists(
  store: Store,
  workFolder: string,
  datasets: readonly ArtifactRef[],
): Promise<readonly string[]> {
  const lists: string[] = [];
  for (const dataset of datasets) {
    const manifest = await requireManifest(store, dataset);
    const file = manifest.files.find(({ name }) => name === IMAGES_FILE);
    // With the files of bases, which `thaw gc` knows how long to keep.
    const path = join(workFolder, "bases", file?.digest ?? dataset.digest);
    // Files appear whole, with their digest checked: the size tells whether this is one.
    const found = await stat(path).catch(() => undefined);
    if (found?.size !== file?.size || found === undefined)
      await downloadArtifactFile(store, manifest, IMAGES_FILE, path);
    lists.push(path);
  }
  return lists;
}
