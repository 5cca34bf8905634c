/** The file of float32 features of a run's images, where this machine still has it. */
import { join } from "node:path";
import type { ArtifactRef } from "../../spec/artifact.js";
import type { StageRequest } from "../../spec/pipeline/activities.js";
import { FEATURES_FILE } from "../../spec/pipeline/artifactFiles.js";
import { planStages } from "../../spec/pipeline/stages.js";
import type { FeaturesSummary } from "../../spec/records/features.js";
import type { RunFile } from "../../spec/runFile/runFile.js";
import { type ArtifactManifest, findManifest } from "../../store/artifacts/artifacts.js";
import { stageKey } from "../../store/artifacts/keys.js";
import type { Store } from "../../store/connection/connection.js";
import { unlessDamaged } from "../../store/record.js";
import type { TrainingDependencies } from "../context.js";
import { keptArtifact } from "./localArtifacts.js";
import type { StageInputs } from "./stageRunner.js";

/**
 * It is no input of the stage and is not fetched: it holds features of views that evaluation does not ask for, too. Those that
 * the head was trained on serve where they are float32's, also of a run that asked for bfloat16 and did not get it. Evaluation
 * computes in float32 whatever the head was trained on, so features in bfloat16 serve nobody there, but another run's of the same
 * images, base and views do, which asked for float32.
 * @returns undefined where it is not here, or is not what it was
 */
export async function keptFeatures(
  { workFolder, engineFingerprint }: Pick<TrainingDependencies, "workFolder" | "engineFingerprint">,
  store: Store,
  { run, inputs: { ingest } }: StageRequest,
  inputs: Pick<StageInputs, "manifest">,
): Promise<string | undefined> {
  const trainedOn = inputs.manifest("head").inputs.features;
  if (trainedOn === undefined) return undefined;
  const find = async (file: RunFile): Promise<ArtifactManifest | undefined> => {
    const plan = planStages(file, run.base).find(({ name }) => name === "features");
    if (plan === undefined) return undefined;
    const key = stageKey(plan, { ingest: (ingest as ArtifactRef).digest }, engineFingerprint);
    return unlessDamaged(findManifest(store, plan.kind, key), []);
  };
  const kept = async (manifest: ArtifactManifest): Promise<string | undefined> => {
    const folder = await keptArtifact(workFolder, manifest);
    return folder && join(folder, FEATURES_FILE);
  };
  const own = await find(run.file);
  if (own?.digest !== trainedOn) return undefined;
  if (isFloat32(own)) return kept(own);
  const other = await find({ ...run.file, precision: "float32" });
  return other && isFloat32(other) ? kept(other) : undefined;
}

/** Where nothing is said of a precision, none was asked for. */
function isFloat32({ summary }: Pick<ArtifactManifest, "summary">): boolean {
  const { precision } = summary as FeaturesSummary;
  return precision === undefined || precision.used === "float32";
}
