/** The model card that the report of a model's run holds. */
import type { ExportFile } from "../../export/file.js";
import { MODEL_CARD_FILE } from "../../spec/pipeline/artifactFiles.js";
import type { RunResult } from "../../spec/pipeline/run.js";
import type { ModelVersion } from "../../spec/records/model.js";
import { findManifest, readArtifactFile } from "../../store/artifacts/artifacts.js";
import type { Store } from "../../store/connection/connection.js";
import { unlessDamaged } from "../../store/record.js";
import { listRuns, readRun } from "../../store/records/records.js";

/**
 * The newest run that ended with this version: a later one may have found the same weights and said more of them.
 * @returns one file, or none where that run is older than model cards or its report was deleted
 */
export async function modelCardFile(store: Store, model: ModelVersion): Promise<readonly ExportFile[]> {
  const ref = (await newestRunOf(store, model))?.artifacts.report;
  const manifest = ref && (await findManifest(store, ref.kind, ref.key));
  if (!manifest?.files.some(({ name }) => name === MODEL_CARD_FILE)) return [];
  return [{ name: MODEL_CARD_FILE, data: await readArtifactFile(store, manifest, MODEL_CARD_FILE) }];
}

async function newestRunOf(store: Store, { name, version }: ModelVersion): Promise<RunResult | undefined> {
  // The id of a run is its model's name and the time of its start, which sorts.
  const ids = (await listRuns(store)).filter((id) => id.startsWith(`${name}-`)).toSorted();
  for (const id of ids.reverse()) {
    // A record that is damaged may be of any version: the model is exported with the card of another run, or none.
    const run = await unlessDamaged(readRun(store, id), []);
    if (run?.model === name && run.version === version) return run;
  }
  return undefined;
}
