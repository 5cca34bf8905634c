/** The heavy activities: each one says which job its stage is for the engine. */
import { join } from "node:path";
import { IMAGES_FILE } from "../data/dataset/dataset.js";
import { digestCacheFile } from "../data/source/digestCache.js";
import { boundScratch, SCRATCH } from "../files/scratch.js";
import type { ArtifactRef } from "../spec/artifact.js";
import { datasetsOf } from "../spec/base.js";
import type { EngineJob, RecipeJobSettings } from "../spec/engine/job.js";
import type { StageOutcome, StageRequest, TrainingActivities } from "../spec/pipeline/activities.js";
import { FEATURES_FILE, PREDICTIONS_FILE, WEIGHTS_FILE } from "../spec/pipeline/artifactFiles.js";
import type { RunInput } from "../spec/pipeline/run.js";
import { imageShardSize, type ShardsDone } from "../spec/pipeline/shards.js";
import { tuningDepths } from "../spec/pipeline/stages.js";
import { unfreezeStages } from "../spec/pipeline/unfreezing.js";
import { settledAugment } from "../spec/pipeline/views.js";
import type { ShardImage } from "../spec/records/features.js";
import type { FoldSummary } from "../spec/records/folds.js";
import type { StageSummary, TrainingSummary } from "../spec/records/training.js";
import type { Metered } from "../spec/records/usage.js";
import type { DriftActivities } from "../spec/retraining/drift.js";
import type { NewestActivities } from "../spec/retraining/newest.js";
import type { Answer } from "../spec/retraining/podQuestion.js";
import { readingOf } from "../spec/runFile/folders.js";
import { type UnfreezeSpec, unfreezeSchema } from "../spec/runFile/runFile.js";
import { askedBudget } from "../spec/runFile/scratch.js";
import { localBase } from "../store/artifacts/localBase.js";
import { localArtifactFile } from "../store/artifacts/localFile.js";
import type { TrainingDependencies } from "./context.js";
import { activationsFolder } from "./heavy/activationsFolder.js";
import { answerNewest } from "./heavy/answerNewest.js";
import { compareDrift } from "./heavy/compareDrift.js";
import { earlierFeatures } from "./heavy/earlierFeatures.js";
import { keptFeatures } from "./heavy/keptFeatures.js";
import { localSource } from "./heavy/localSource.js";
import { chosenPrecision } from "./heavy/precision.js";
import { createRunningStages } from "./heavy/runningStages.js";
import { extractShards } from "./heavy/shards/extractShards.js";
import { takeImageShards } from "./heavy/shards/imageShards.js";
import { planImageShards } from "./heavy/shards/planImageShards.js";
import { planShards } from "./heavy/shards/planShards.js";
import { readImageShards } from "./heavy/shards/readImageShards.js";
import { shardFeatures } from "./heavy/shards/shardList.js";
import { type FetchContext, type JobBuilder, runStage, type StageInputs } from "./heavy/stageRunner.js";
import { typedFailures } from "./life/failures.js";
import { logged } from "./log/logged.js";
import { measured } from "./metrics/measured.js";
import { pausable } from "./steering/pausable.js";

export function createTrainingActivities(
  dependencies: TrainingDependencies,
): TrainingActivities & DriftActivities & NewestActivities {
  const { store, workFolder, baseCheckpoint, engineFingerprint } = dependencies;

  const scratchFolder = (request: StageRequest, ingest: ArtifactRef): string =>
    join(workFolder, SCRATCH, activationsFolder(request, ingest, engineFingerprint));

  const foldersOf = async (request: StageRequest, inputs: StageInputs, out: string) => {
    const scratch = scratchFolder(request, request.inputs.ingest as ArtifactRef);
    const asked = askedBudget(request.run.file.scratch?.budget);
    const { budget } = await boundScratch(workFolder, scratch, process.env, Date.now(), asked);
    return {
      folders: { dataset: await inputs.folder("ingest"), out, scratch },
      room: { folder: join(workFolder, SCRATCH), budget },
    };
  };

  const common = async (request: StageRequest, inputs: StageInputs, out: string, fetching: FetchContext) => ({
    ...(await foldersOf(request, inputs, out)),
    base: await localBase(
      store,
      workFolder,
      request.run.file.base,
      request.run.base,
      baseCheckpoint,
      telling(fetching),
    ),
    augment: settledAugment(request.run.file.augment),
    loss: request.run.file.loss,
    seed: request.run.file.seed,
    precision: await chosenPrecision(dependencies, fetching.store, request),
    boundaries: unfreezeStages(request.run.file, request.run.base),
  });

  const ingest: JobBuilder = async (request, _inputs, out, fetching) => {
    const { run } = request;
    const { path: _path, ...data } = run.file.data;
    const imagesOf = async (datasets: readonly ArtifactRef[]): Promise<string[]> => {
      const files: string[] = [];
      for (const dataset of datasets)
        files.push(
          await localArtifactFile(fetching.store, workFolder, dataset, IMAGES_FILE, telling(fetching)),
        );
      return files;
    };
    const baseImages = await imagesOf(datasetsOf(run.base, run.candidates));
    const earlierImages = await imagesOf(run.earlier ?? []);
    const given = { ...run, ...readingOf(run.file) };
    // Where they were read in shards, the run file says in how large ones.
    const most = request.shards === undefined ? undefined : imageShardSize(run);
    const source = await pausable(store, request, fetching.signal, async (signal) => {
      const context = { ...fetching, signal };
      return most === undefined
        ? { source: await localSource(given, workFolder, context) }
        : takeImageShards(given, workFolder, request.stage, most, out, context);
    });
    return {
      kind: "ingest",
      ...source,
      data,
      seed: run.file.seed,
      ...(baseImages.length === 0 ? {} : { baseImages }),
      ...(earlierImages.length === 0 ? {} : { earlierImages }),
      digestCache: digestCacheFile(workFolder),
      out,
    };
  };

  const features: JobBuilder = async (request, inputs, out, fetching) => ({
    kind: "features",
    ...(await common(request, inputs, out, fetching)),
    keepPixels: request.run.file.compare.scratch,
    settings: recipeSettings(request.run, tuningDepths(request.run.file, request.run.base).length),
    earlier: [
      ...(await earlierFeatures(
        dependencies,
        fetching.store,
        request,
        inputs,
        (dataset) => scratchFolder(request, dataset),
        telling(fetching),
      )),
      ...(await shardFeatures(
        ...[
          dependencies,
          fetching.store,
          request,
          inputs.manifest("ingest"),
          telling(fetching),
          fetching.held,
        ],
      )),
    ],
  });

  /** Shards give features alone: activations stay on the machine that computes them, and stages that read some come later. */
  const shard =
    (images: readonly ShardImage[]): JobBuilder =>
    async (request, inputs, out, fetching) => ({
      kind: "shard",
      ...(await common(request, inputs, out, fetching)),
      images,
    });

  const recipe: JobBuilder = async (request, inputs, out, fetching) => ({
    kind: "recipe",
    ...(await common(request, inputs, out, fetching)),
    settings: recipeSettings(request.run, Number(request.stage.parameters.planned)),
    features: join(await inputs.folder("features"), FEATURES_FILE),
  });

  const head: JobBuilder = async (request, inputs, out, fetching) => ({
    kind: "head",
    ...(await common(request, inputs, out, fetching)),
    head: request.run.file.head,
    features: join(await inputs.folder("features"), FEATURES_FILE),
  });

  const tune: JobBuilder = async (request, inputs, out, fetching) => {
    const stage = Number(request.stage.parameters.stage);
    const previous = stage === 1 ? "head" : `tune-${stage - 1}`;
    return {
      kind: "tune",
      ...(await common(request, inputs, out, fetching)),
      settings: tuneSettings(request.run.file.unfreeze, String(request.stage.parameters.deepest), stage),
      previous: join(await inputs.folder(previous), WEIGHTS_FILE),
    };
  };

  const fold: JobBuilder = async (request, inputs, out, fetching) => {
    const { file } = request.run;
    const { fold, folds, stages } = request.stage.parameters;
    return {
      kind: "fold",
      ...(await common(request, inputs, out, fetching)),
      settings: {
        fold: Number(fold),
        folds: Number(folds),
        head: file.head,
        // As many as the recipe allows; the workflow has left the others out of the parameters.
        stages: (stages as readonly { readonly deepest: string }[]).map(({ deepest }, index) =>
          tuneSettings({ ...file.unfreeze, keep_rolled_back: false }, deepest, index + 1),
        ),
      },
      features: join(await inputs.folder("features"), FEATURES_FILE),
    };
  };

  const scratch: JobBuilder = async (request, inputs, out, fetching) => {
    const trained = Object.keys(request.inputs).filter((name) => name !== "ingest");
    return {
      kind: "scratch",
      ...(await common(request, inputs, out, fetching)),
      seconds: trained.reduce((sum, name) => sum + inputs.manifest(name).seconds, 0),
      batchSize: request.run.file.unfreeze.batch_size,
    };
  };

  const evaluate: JobBuilder = async (request, inputs, out, fetching) => {
    const candidates: { stage: string; weights: string; deepest?: string }[] = [];
    for (const stage of Object.keys(request.inputs).filter(
      (name) => name === "head" || name.startsWith("tune-"),
    )) {
      const summary = inputs.manifest(stage).summary as Partial<StageSummary>;
      // A rolled-back stage carries the weights of the stage before, and reaches no deeper.
      const deepest = summary.kept === true ? summary.deepest : candidates.at(-1)?.deepest;
      const weights = join(await inputs.folder(stage), WEIGHTS_FILE);
      candidates.push({ stage, weights, ...(deepest === undefined ? {} : { deepest }) });
    }
    const folds = await Promise.all(
      Object.keys(request.inputs)
        .filter((name) => name.startsWith("fold-"))
        .map(async (name) => ({
          summary: inputs.manifest(name).summary as FoldSummary,
          predictions: join(await inputs.folder(name), PREDICTIONS_FILE),
        })),
    );
    const features = await keptFeatures(dependencies, fetching.store, request, inputs);
    const job: EngineJob = {
      kind: "evaluate",
      ...(await common(request, inputs, out, fetching)),
      candidates,
      folds,
      ...(features === undefined ? {} : { features }),
    };
    if (request.inputs.scratch === undefined) return job;
    const { seconds, history } = inputs.manifest("scratch").summary as TrainingSummary;
    const weights = join(await inputs.folder("scratch"), WEIGHTS_FILE);
    return { ...job, scratchCandidate: { weights, seconds, epochs: history.length } };
  };

  const { noProgressSeconds } = dependencies;
  const running = createRunningStages<StageOutcome | Answer | Metered<ShardsDone>>(
    noProgressSeconds === undefined ? {} : { noProgressMs: 1000 * noProgressSeconds },
  );
  const activity = (buildJob: JobBuilder) =>
    typedFailures((request: StageRequest) =>
      measured(dependencies, request, () =>
        logged(
          dependencies,
          request,
          (log) => runStage(dependencies, running, request, buildJob, log),
          dependencies.engineOutput,
        ),
      ),
    );
  return {
    planImageShards: typedFailures((request) => planImageShards(dependencies, request)),
    readImageShards: typedFailures((request) => readImageShards(dependencies, running, request)),
    ingest: activity(ingest),
    planShards: typedFailures((request) => planShards(dependencies, request)),
    extractShards: typedFailures((request) => extractShards(dependencies, running, request, shard)),
    extractFeatures: activity(features),
    chooseRecipe: activity(recipe),
    trainHead: activity(head),
    tuneStage: activity(tune),
    trainFold: activity(fold),
    trainScratch: activity(scratch),
    evaluate: activity(evaluate),
    answerNewest: typedFailures((request) => answerNewest(dependencies, running, request)),
    compareDrift: typedFailures((request) => compareDrift(dependencies, running, request)),
  };
}

/** Copies that are fetched anew are told where progress is. */
function telling({ report }: FetchContext): (sentence: string) => void {
  return (phase) => report({ phase, step: 0, total: 1 });
}

function recipeSettings({ file, depth }: RunInput, planned: number): RecipeJobSettings {
  return {
    // Clients from before there were recipes, folds and gates do not say.
    asked: file.recipe ?? "auto",
    planned,
    folds: file.evaluation?.folds ?? 0,
    gate: file.unfreeze.gate,
    ...(depth?.depth === "head" ? { headOnly: depth.reason } : {}),
  };
}

/** @param stage from 1 */
function tuneSettings(unfreeze: UnfreezeSpec, deepest: string, stage: number) {
  // Clients from before there were all these keys do not send them.
  const { stages: _stages, surgical: _surgical, ...settings } = unfreezeSchema.parse(unfreeze);
  return { ...settings, deepest, stage };
}
