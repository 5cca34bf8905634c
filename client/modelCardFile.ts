/** The model card that the report of a model's run holds. */
import type { ExportFile } from "../export/file.js";
import { MODEL_CARD_FILE } from "../spec/artifactFiles.js";
import type { ModelVersion } from "../spec/run.js";
import { findManifest, readArtifactFile } from "../store/artifacts.js";
import type { Store } from "../store/connection.js";
import { readRun } from "../store/records.js";

/** @returns one file, or none where the run ended before its report or is older than model cards */
export async function modelCardFile(store: Store, { runId }: ModelVersion): Promise<readonly ExportFile[]> {
  const ref = (await readRun(store, runId))?.artifacts.report;
  if (ref === undefined) return [];
  // A report that somebody deleted is no reason not to export.
  const manifest = await findManifest(store, ref.kind, ref.key);
  if (!manifest?.files.some(({ name }) => name === MODEL_CARD_FILE)) return [];
  return [{ name: MODEL_CARD_FILE, data: await readArtifactFile(store, manifest, MODEL_CARD_FILE) }];
}
