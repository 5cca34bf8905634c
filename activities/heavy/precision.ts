/** In which numbers a stage computes the frozen layers: what the features stage came to holds for those after it. */
import type { PrecisionChoice } from "../../spec/engine/precision.js";
import type { StageRequest } from "../../spec/pipeline/activities.js";
import { planStages } from "../../spec/pipeline/stages.js";
import type { FeaturesSummary } from "../../spec/records/features.js";
import { findManifest } from "../../store/artifacts/artifacts.js";
import { stageKey } from "../../store/artifacts/keys.js";
import type { Store } from "../../store/connection/connection.js";
import { unlessDamaged } from "../../store/record.js";
import type { TrainingDependencies } from "../context.js";

/**
 * The check of features compares numbers with a bound, and near the bound two machines could come to different ends. So
 * it is made once, by the features stage, and read from its artifact by whoever computes activations later.
 * @returns undefined where the run asks for float32; without `used` where no features are there yet
 */
export async function chosenPrecision(
  { engineFingerprint }: Pick<TrainingDependencies, "engineFingerprint">,
  store: Store,
  { run, stage, inputs: { ingest, features } }: StageRequest,
): Promise<PrecisionChoice | undefined> {
  if (run.file.precision !== "bfloat16") return undefined;
  const asked = { asked: "bfloat16" } as const;
  const plan = planStages(run.file, run.base).find(({ name }) => name === "features");
  if (stage.kind === "features" || plan === undefined || ingest === undefined) return asked;
  // Those that the stage is given may have been made anew, or be a candidate's.
  const key = features?.key ?? stageKey(plan, { ingest: ingest.digest }, engineFingerprint);
  const manifest = await unlessDamaged(findManifest(store, plan.kind, key), []);
  const found = (manifest?.summary as FeaturesSummary | undefined)?.precision;
  if (found === undefined) return asked;
  const { used, arithmetic } = found;
  return { ...asked, used, ...(arithmetic === undefined ? {} : { arithmetic }) };
}
