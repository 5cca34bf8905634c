/** The file of features that a run's head was trained on, where this machine still has it. */
import { join } from "node:path";
import type { ArtifactRef } from "../../spec/artifact.js";
import type { StageRequest } from "../../spec/pipeline/activities.js";
import { FEATURES_FILE } from "../../spec/pipeline/artifactFiles.js";
import { planStages } from "../../spec/pipeline/stages.js";
import { findManifest } from "../../store/artifacts/artifacts.js";
import { stageKey } from "../../store/artifacts/keys.js";
import type { Store } from "../../store/connection/connection.js";
import { unlessDamaged } from "../../store/record.js";
import type { TrainingDependencies } from "../context.js";
import { keptArtifact } from "./localArtifacts.js";
import type { StageInputs } from "./stageRunner.js";

/**
 * It is no input of the stage and is not fetched: it holds features of views that evaluation does not ask for, too.
 * @returns undefined where it is not here, or is not what it was
 */
export async function keptFeatures(
  { workFolder, engineFingerprint }: TrainingDependencies,
  store: Store,
  { run, inputs: { ingest } }: StageRequest,
  inputs: StageInputs,
): Promise<string | undefined> {
  const plan = planStages(run.file, run.base).find(({ name }) => name === "features");
  // Evaluation computes in float32, whatever the head was trained on.
  if (run.file.precision === "bfloat16") return undefined;
  const trainedOn = inputs.manifest("head").inputs.features;
  if (plan === undefined || trainedOn === undefined) return undefined;
  const key = stageKey(plan, { ingest: (ingest as ArtifactRef).digest }, engineFingerprint);
  const manifest = await unlessDamaged(findManifest(store, plan.kind, key), []);
  if (manifest?.digest !== trainedOn) return undefined;
  const folder = await keptArtifact(workFolder, manifest);
  return folder && join(folder, FEATURES_FILE);
}
