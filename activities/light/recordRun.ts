/** Writes the run's record, which outlives Temporal's retention, and gives the run's result. */

import type { ArtifactRef } from "../../spec/artifact.js";
import type { ControlActivities } from "../../spec/pipeline/activities.js";
import type { RunResult } from "../../spec/pipeline/run.js";
import { runCost } from "../../spec/prices.js";
import type { Evaluation } from "../../spec/records/evaluation.js";
import type { ModelVersion } from "../../spec/records/model.js";
import { requireManifest } from "../../store/artifacts/artifacts.js";
import { writeRun } from "../../store/records/records.js";
import { runUsage } from "../../store/records/runUsage.js";
import type { ControlDependencies } from "../context.js";
import { NO_METRICS } from "../metrics/metrics.js";
import { foldsInBrief, resemblanceInBrief } from "./foldsInBrief.js";

export async function recordRun(
  { store, prices, metrics = NO_METRICS }: ControlDependencies,
  { run, artifacts, steering }: Parameters<ControlActivities["recordRun"]>[0],
): Promise<RunResult> {
  const evaluation = (await requireManifest(store, artifacts.evaluate as ArtifactRef)).summary as Evaluation;
  const model = (await requireManifest(store, artifacts.register as ArtifactRef)).summary as ModelVersion;
  const { scratch } = evaluation;
  const result: RunResult = {
    runId: run.runId,
    model: model.name,
    version: model.version,
    testAccuracy: evaluation.accuracy,
    testAccuracyInterval: evaluation.accuracyInterval,
    byStage: evaluation.byStage,
    ...(scratch === undefined ? {} : { scratch: { accuracy: scratch.accuracy, seconds: scratch.seconds } }),
    ...foldsInBrief(evaluation),
    ...resemblanceInBrief(evaluation),
    artifacts,
    ...(run.resumedFrom === undefined ? {} : { resumedFrom: run.resumedFrom }),
    ...(steering === undefined ? {} : { steering }),
  };
  await writeRun(store, result);
  if (prices !== undefined) {
    const { currency, amount } = runCost(await runUsage(store, run.runId, artifacts), prices);
    metrics.runCost(currency, amount);
  }
  return result;
}
