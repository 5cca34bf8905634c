/** Writes the run's record, which outlives Temporal's retention, and gives the run's result. */

import type { ArtifactRef } from "../../spec/artifact.js";
import type { ControlActivities } from "../../spec/pipeline/activities.js";
import { lineageOf } from "../../spec/pipeline/lineage.js";
import type { ResultOfStage, RunResult } from "../../spec/pipeline/run.js";
import { runCost } from "../../spec/prices.js";
import type { DatasetSummary } from "../../spec/records/dataset.js";
import type { Evaluation, StageAccuracy } from "../../spec/records/evaluation.js";
import type { ModelVersion } from "../../spec/records/model.js";
import type { RecipeSummary } from "../../spec/records/recipe.js";
import type { StageSummary } from "../../spec/records/training.js";
import type { Warning } from "../../spec/warnings/warning.js";
import { warningsOf } from "../../spec/warnings/warnings.js";
import { requireManifest } from "../../store/artifacts/artifacts.js";
import type { Store } from "../../store/connection/connection.js";
import { referToUpload } from "../../store/images/uploads.js";
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
  const warnings = await readWarnings(store, artifacts, evaluation);
  const result: RunResult = {
    runId: run.runId,
    model: model.name,
    version: model.version,
    testAccuracy: evaluation.accuracy,
    testAccuracyInterval: evaluation.accuracyInterval,
    byStage: await Promise.all(evaluation.byStage.map((stage) => withOwnFigure(store, artifacts, stage))),
    ...(scratch === undefined ? {} : { scratch: { accuracy: scratch.accuracy, seconds: scratch.seconds } }),
    ...foldsInBrief(evaluation),
    ...resemblanceInBrief(evaluation),
    ...(warnings.length === 0 ? {} : { warnings }),
    artifacts,
    ...(run.resumedFrom === undefined ? {} : { resumedFrom: run.resumedFrom }),
    lineage: lineageOf(run),
    ...(steering === undefined ? {} : { steering }),
  };
  await writeRun(store, result);
  // A run that retraining started has no client that says it.
  if (run.upload !== undefined) await referToUpload(store, run.upload, run.runId);
  if (prices !== undefined) {
    const { currency, amount } = runCost(await runUsage(store, run.runId, artifacts), prices);
    metrics.runCost(currency, amount);
  }
  return result;
}

async function readWarnings(
  store: Store,
  { ingest, recipe }: Readonly<Record<string, ArtifactRef>>,
  evaluation: Evaluation,
): Promise<readonly Warning[]> {
  const summaryOf = async <T>(ref: ArtifactRef | undefined): Promise<T | undefined> =>
    ref === undefined ? undefined : ((await requireManifest(store, ref)).summary as T);
  return warningsOf({
    dataset: await summaryOf<DatasetSummary>(ingest),
    recipe: await summaryOf<RecipeSummary>(recipe),
    evaluation,
  });
}

/** After a stage that was rolled back the model is the one before it: what the stage itself reached is in its summary. */
async function withOwnFigure(
  store: Store,
  artifacts: Readonly<Record<string, ArtifactRef>>,
  { stage, accuracy }: StageAccuracy,
): Promise<ResultOfStage> {
  const ref = artifacts[stage];
  if (ref?.kind !== "tune") return { stage, accuracy };
  const summary = (await requireManifest(store, ref)).summary as StageSummary;
  if (summary.kept) return { stage, accuracy };
  // A training that came to no numbers is given those from before it.
  const own = (summary.history ?? []).length === 0 ? {} : { validationAccuracy: summary.validationAccuracy };
  const before = summary.before?.validationAccuracy;
  return before === undefined ? { stage, accuracy } : { stage, accuracy, rolledBack: { ...own, before } };
}
