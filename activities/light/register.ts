/** Registers the run's model under the next version of its name. */

import type { ArtifactRef } from "../../spec/artifact.js";
import type { StageOutcome, StageRequest } from "../../spec/pipeline/activities.js";
import type { Evaluation } from "../../spec/records/evaluation.js";
import type { ModelVersion } from "../../spec/records/model.js";
import { decisionOf } from "../../spec/retraining/depth.js";
import { requireManifest } from "../../store/artifacts/artifacts.js";
import { registerModel } from "../../store/records/records.js";
import type { ControlDependencies } from "../context.js";
import { commitOnce } from "./commitOnce.js";
import { foldsInBrief, resemblanceInBrief } from "./foldsInBrief.js";

export async function register(
  dependencies: ControlDependencies,
  request: StageRequest,
): Promise<StageOutcome> {
  return commitOnce(dependencies, request, async () => ({
    summary: await newVersion(dependencies, request),
  }));
}

async function newVersion(
  { store }: ControlDependencies,
  { run, inputs }: StageRequest,
): Promise<ModelVersion> {
  const evaluation = (await requireManifest(store, inputs.evaluate as ArtifactRef)).summary as Evaluation;
  // A promise that the test images refute is not handed on.
  const quantile = evaluation.refuted?.sets === undefined ? evaluation.conformal?.quantile : undefined;
  const { mirrored } = evaluation;
  const depth = run.depth && decisionOf(run.depth);
  const trained = Object.entries(inputs).filter(([name]) => name === "head" || name.startsWith("tune-"));
  return registerModel(store, {
    name: run.file.name,
    runId: run.runId,
    createdAt: new Date().toISOString(),
    classes: evaluation.classes,
    base: run.base?.name ?? run.file.base,
    ...(run.base === undefined ? {} : { baseSpec: run.base }),
    ...(depth === undefined ? {} : { depth }),
    testAccuracy: evaluation.accuracy,
    ...foldsInBrief(evaluation),
    ...resemblanceInBrief(evaluation),
    ...(evaluation.temperature === undefined ? {} : { temperature: evaluation.temperature }),
    ...(quantile === undefined ? {} : { conformalQuantile: quantile }),
    ...(mirrored === undefined ? {} : { mirroredAccuracy: mirrored.accuracy }),
    ...(evaluation.golden === undefined ? {} : { golden: evaluation.golden }),
    weights: trained.at(-1)?.[1] as ArtifactRef,
    artifacts: inputs,
    background: run.file.data.background,
    keepShortSide: run.file.data.keep_short_side,
  });
}
