/** Registers the run's model under the next version of its name. */
import type { StageOutcome, StageRequest } from "../spec/activities.js";
import type { Evaluation } from "../spec/evaluation.js";
import type { ArtifactRef } from "../spec/run.js";
import { commitArtifact, requireManifest } from "../store/artifacts.js";
import { registerModel } from "../store/records.js";
import type { ControlDependencies } from "./context.js";
import { lookUp, outcomeOf } from "./findArtifact.js";

export async function register(
  dependencies: ControlDependencies,
  request: StageRequest,
): Promise<StageOutcome> {
  const { store } = dependencies;
  const { key, digests, manifest: known } = await lookUp(dependencies, request);
  if (known !== undefined) return outcomeOf(known, true);
  const started = performance.now();
  const { run, inputs, stage } = request;
  const evaluation = (await requireManifest(store, inputs.evaluate as ArtifactRef)).summary as Evaluation;
  const quantile = evaluation.conformal?.quantile;
  const trained = Object.entries(inputs).filter(([name]) => name === "head" || name.startsWith("tune-"));
  const model = await registerModel(store, {
    name: run.file.name,
    runId: run.runId,
    createdAt: new Date().toISOString(),
    classes: evaluation.classes,
    base: run.base?.name ?? run.file.base,
    ...(run.base === undefined ? {} : { baseSpec: run.base }),
    testAccuracy: evaluation.accuracy,
    ...(evaluation.temperature === undefined ? {} : { temperature: evaluation.temperature }),
    ...(quantile === undefined ? {} : { conformalQuantile: quantile }),
    weights: trained.at(-1)?.[1] as ArtifactRef,
    artifacts: inputs,
    background: run.file.data.background,
    keepShortSide: run.file.data.keep_short_side,
  });
  const { manifest, won } = await commitArtifact(store, {
    kind: stage.kind,
    key,
    parameters: stage.parameters,
    inputs: digests,
    summary: model,
    engine: null,
    seconds: (performance.now() - started) / 1000,
    files: {},
  });
  return outcomeOf(manifest, !won);
}
