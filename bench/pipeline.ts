/** A run's learning stages one after the other in this process, without servers: what the benches measure. */
import { join } from "node:path";
import { chooseRecipe } from "../learn/stages/chooseRecipe.js";
import { type Candidate, evaluate } from "../learn/stages/evaluate.js";
import { extractFeatures } from "../learn/stages/extractFeatures.js";
import { trainHead } from "../learn/stages/trainHead.js";
import { tuneStage } from "../learn/stages/tuneStage.js";
import { FEATURES_FILE, WEIGHTS_FILE } from "../spec/pipeline/artifactFiles.js";
import { tuningDepths } from "../spec/pipeline/stages.js";
import { unfreezeStages } from "../spec/pipeline/unfreezing.js";
import type { Evaluation } from "../spec/records/evaluation.js";
import type { RecipeSummary } from "../spec/records/recipe.js";
import type { StageSummary } from "../spec/records/training.js";
import type { RunFile } from "../spec/runFile/runFile.js";
import { contextsIn } from "./contexts.js";

export interface PipelineRun {
  readonly recipe: RecipeSummary;
  readonly tuned: readonly StageSummary[];
  readonly candidates: readonly Candidate[];
  readonly evaluation: Evaluation;
  /** Of all stages but the evaluation. */
  readonly seconds: number;
  /** The same in processor time of all threads. */
  readonly processorSeconds: number;
}

/**
 * @param dataset folder that `ingest` wrote
 * @param folder empty; the stages' files go there
 */
export async function runPipeline(file: RunFile, dataset: string, folder: string): Promise<PipelineRun> {
  const context = contextsIn(folder, dataset, file);
  const started = performance.now();
  const processorStarted = process.cpuUsage();
  const { stages: _stages, surgical: _surgical, ...settings } = file.unfreeze;
  const boundaries = unfreezeStages(file, undefined);
  const stages = tuningDepths(file, undefined);
  const features = join(folder, "features", FEATURES_FILE);
  await extractFeatures(await context("features"), boundaries, false);
  // Folds would be runs of their own: this is one.
  const asked = { asked: file.recipe, planned: stages.length, folds: 0 } as const;
  const recipe = await chooseRecipe(await context("recipe"), asked, features);
  await trainHead(await context("head"), file.head, features);
  const candidates: Candidate[] = [{ stage: "head", weights: join(folder, "head", WEIGHTS_FILE) }];
  const tuned: StageSummary[] = [];
  for (const [index, deepest] of stages.slice(0, recipe.decision.stages).entries()) {
    const stage = `tune-${index + 1}`;
    const before = candidates.at(-1);
    const summary = await tuneStage(
      await context(stage),
      { ...settings, deepest, stage: index + 1 },
      before?.weights ?? "",
    );
    tuned.push(summary);
    const reached = summary.kept ? summary.deepest : before?.deepest;
    candidates.push({
      stage,
      weights: join(folder, stage, WEIGHTS_FILE),
      ...(reached === undefined ? {} : { deepest: reached }),
    });
  }
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(processorStarted);
  const evaluation = await evaluate(await context("evaluate"), candidates);
  return { recipe, tuned, candidates, evaluation, seconds, processorSeconds: (user + system) / 1e6 };
}
