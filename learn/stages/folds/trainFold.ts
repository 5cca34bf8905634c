/** One fold of cross-validation: the run's own stages on the images that the fold does not hold out. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { partOf } from "../../../files/parts.js";
import { PREDICTIONS_FILE, WEIGHTS_FILE } from "../../../spec/pipeline/artifactFiles.js";
import type { Split } from "../../../spec/records/dataset.js";
import type { FoldPrediction, FoldSummary } from "../../../spec/records/folds.js";
import type { HeadSpec } from "../../../spec/runFile/runFile.js";
import { groupIndex } from "../../bases/architecture.js";
import { chosenBase } from "../../bases/chosen.js";
import { foldFigures } from "../../folds/crossValidation.js";
import { foldProgress } from "../../folds/foldProgress.js";
import { foldSplits } from "../../folds/splits.js";
import { overlay, type Parameters } from "../../network/parameters.js";
import { loadSound } from "../../network/tryOut.js";
import { readSafetensors } from "../../safetensors.js";
import { openSamples } from "../../samples/files.js";
import { imagesOf, viewRows } from "../../samples/views.js";
import { whileInUse } from "../../scratch/kept.js";
import { softmaxRows } from "../../training/step/loss.js";
import { argMax } from "../../training/validation.js";
import { validator } from "../../training/validator.js";
import { featureFormat, openBoundary, readRecords } from "../activations.js";
import type { StageContext } from "../job.js";
import { usedArithmetic } from "../precision.js";
import { trainHead } from "../trainHead.js";
import { type TuneSettings, tuneStage } from "../tuneStage.js";
import { type FoldData, writeFoldData } from "./foldData.js";
import { onceMade, partsFolder } from "./foldParts.js";

export interface FoldSettings {
  /** From 1 to `folds`. */
  readonly fold: number;
  readonly folds: number;
  readonly head: HeadSpec;
  /** The stages of unfreezing that the recipe allows. */
  readonly stages: readonly TuneSettings[];
}

/** What a fold has trained, as the files of its stages. */
interface Trained {
  readonly head: string;
  readonly final: string;
  /** Deepest layer group of the final weights that is not the base's; undefined when no stage was kept. */
  readonly deepest: string | undefined;
  readonly stages: FoldSummary["stages"];
}

/**
 * Nothing of a fold outlives it but what it says of the images that it held out. A stage stopped half way is made
 * again; those before it are found on this machine. Finished folds are artifacts.
 * @param featuresPath the features artifact's file
 */
export async function trainFold(
  context: StageContext,
  settings: FoldSettings,
  featuresPath: string,
): Promise<FoldSummary> {
  const started = performance.now();
  const { fold, folds, stages } = settings;
  const base = chosenBase(context.base);
  const pretrained = await loadSound(base, context.base);
  const { records, summary } = await readRecords(context.folders.dataset);
  const classes = summary.classes.length;
  const splits = foldSplits(records, classes, folds, context.seed)[fold - 1] ?? [];
  const name = `fold-${fold}-of-${folds}`;
  // Of its own: another run may hold the same images out in a worker beside this one. What a kill leaves, the next stage removes.
  const work = partOf(join(context.folders.scratch, name));
  const parts = partsFolder(context.folders.scratch, name, { settings, loss: context.loss });
  await mkdir(work, { recursive: true });
  try {
    const deepest = stages.map((stage) => stage.deepest);
    const dataset = { records, summary };
    const data = await writeFoldData(context, pretrained, dataset, splits, featuresPath, deepest, work);
    const trained = await whileInUse(work, () => trainStages(context, settings, data, parts));
    const predictions = await predictHeldOut(context, pretrained, data, trained);
    await writeFile(
      join(context.folders.out, PREDICTIONS_FILE),
      predictions.map((prediction) => `${JSON.stringify(prediction)}\n`).join(""),
    );
    await rm(parts, { recursive: true, force: true });
    const count = (wanted: Split): number => splits.filter((split) => split === wanted).length;
    return {
      fold,
      folds,
      images: { train: count("train"), validation: count("validation"), heldOut: count("test") },
      head: foldFigures(predictions, "byHead", classes),
      final: foldFigures(predictions, "predicted", classes),
      stages: trained.stages,
      seconds: (performance.now() - started) / 1000,
      ...(await usedArithmetic(context, base, pretrained)),
    };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Head and stages of unfreezing, each with its gate on the fold's own validation images. */
async function trainStages(
  context: StageContext,
  settings: FoldSettings,
  { dataset, scratch, features }: FoldData,
  parts: string,
): Promise<Trained> {
  const names = ["head", ...settings.stages.map(({ stage }) => `tune-${stage}`)];
  const once = <Summary>(stage: string, train: (own: StageContext) => Promise<Summary>): Promise<Summary> =>
    onceMade(join(parts, stage), (out) => {
      const started = performance.now();
      const place = () => ({
        part: names.indexOf(stage),
        parts: names.length,
        seconds: (performance.now() - started) / 1000,
      });
      return train({
        ...context,
        folders: { dataset, scratch, out },
        onProgress: (progress) => context.onProgress(foldProgress(progress, stage, place())),
      });
    });
  const weightsOf = (stage: string): string => join(parts, stage, WEIGHTS_FILE);
  await once("head", (own) => trainHead(own, settings.head, features));
  let final = weightsOf("head");
  let deepest: string | undefined;
  const stages: FoldSummary["stages"][number][] = [];
  for (const tuning of settings.stages) {
    const stage = `tune-${tuning.stage}`;
    const previous = final;
    const { kept, verdict } = await once(stage, (own) => tuneStage(own, tuning, previous));
    stages.push({ stage, deepest: tuning.deepest, kept, verdict });
    if (kept) deepest = tuning.deepest;
    final = weightsOf(stage);
  }
  return { head: weightsOf("head"), final, deepest, stages };
}

/** From the cached activations: the plain view of each image that the fold held out. */
async function predictHeldOut(
  context: StageContext,
  pretrained: Parameters,
  data: FoldData,
  trained: Trained,
): Promise<FoldPrediction[]> {
  const base = chosenBase(context.base);
  const { architecture, input } = base;
  const { records, summary } = await readRecords(data.dataset);
  const classes = summary.classes.length;
  const heldOut = imagesOf(records, "test");
  const logitsOf = async (weights: string, deepest: string | undefined): Promise<Float32Array> => {
    const top = architecture.groups.length;
    const from = deepest === undefined ? top : groupIndex(architecture, deepest);
    const samples =
      deepest === undefined
        ? openSamples(data.features, featureFormat(base))
        : await openBoundary({ ...context, folders: { ...context.folders, ...data } }, pretrained, deepest);
    const judge = validator(
      architecture,
      from,
      {
        samples,
        rows: viewRows(records, context.augment.views),
        train: [],
        validation: heldOut,
        labels: records.map(({ label }) => label),
        classes,
      },
      input.pixelScale,
    );
    try {
      return judge.logits(overlay(pretrained, await readSafetensors(weights)));
    } finally {
      judge.dispose();
      samples.close();
    }
  };
  const byHead = await logitsOf(trained.head, undefined);
  const final = softmaxRows(await logitsOf(trained.final, trained.deepest), classes);
  return heldOut.map((image, row) => ({
    path: records[image]?.path ?? "",
    label: records[image]?.label ?? 0,
    byHead: argMax(byHead, row * classes, classes),
    predicted: argMax(final, row * classes, classes),
    probabilities: Array.from(final.subarray(row * classes, (row + 1) * classes)),
  }));
}
