/** One stage of unfreezing: trains the layer groups from `deepest` up, and keeps them only if it helped. */
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { WEIGHTS_FILE } from "../../spec/artifactFiles.js";
import { ThawError } from "../../spec/errors.js";
import type { UnfreezeSpec } from "../../spec/runFile.js";
import type { StageSummary } from "../../spec/training.js";
import { type Architecture, groupIndex } from "../bases/architecture.js";
import { chosenBase } from "../bases/chosen.js";
import { gate } from "../gate.js";
import { HEAD_KERNEL } from "../head.js";
import { overlay, type Parameters } from "../parameters.js";
import { readSafetensors, writeSafetensors } from "../safetensors.js";
import { fit } from "../training/fit.js";
import { groupRate } from "../training/schedule.js";
import { suffixTrainee } from "../training/suffix.js";
import type { RateOf } from "../training/trainable.js";
import { trainingImages, viewRows } from "../views.js";
import { openBoundary, readRecords } from "./activations.js";
import type { StageContext } from "./job.js";

export interface TuneSettings extends Omit<UnfreezeSpec, "stages"> {
  readonly deepest: string;
  /** Number of the stage, from 1. */
  readonly stage: number;
}

/** Position of the deepest group to train. @throws ThawError RUN_FILE_INVALID when there is none of that name. */
export function deepestGroup(architecture: Architecture, name: string): number {
  const position = groupIndex(architecture, name);
  if (position > 0) return position;
  const known = architecture.groups.slice(1).map((group) => group.name);
  throw new ThawError(
    "RUN_FILE_INVALID",
    `unfreeze.stages names the layer group "${name}", which the base does not have`,
    {
      hint: `layer groups that can be unfrozen, from the input up: ${known.join(", ")}`,
    },
  );
}

/** Trained groups, top first, with their peak rates. */
function groupRates(architecture: Architecture, from: number, settings: TuneSettings) {
  return architecture.groups
    .slice(from)
    .reverse()
    .map((group, depth) => ({
      name: group.name,
      learningRate: groupRate(settings.learning_rate, settings.decay, depth),
    }));
}

function rateByParameter(groups: ReturnType<typeof groupRates>, settings: TuneSettings): RateOf {
  return (name) => {
    const group = groups.find((candidate) => name.startsWith(`${candidate.name}.`));
    // Decay on batch norm and biases only hurts (He et al., "Bag of tricks", CVPR 2019).
    const decays = name === HEAD_KERNEL || name.endsWith(".kernel");
    return {
      learningRate: group?.learningRate ?? settings.head_learning_rate,
      weightDecay: decays ? settings.weight_decay : 0,
    };
  };
}

/** @param previous weights file of the stage before; it holds the head and every group trained so far */
export async function tuneStage(
  context: StageContext,
  settings: TuneSettings,
  previous: string,
): Promise<StageSummary> {
  const base = chosenBase(context.base);
  const { architecture } = base;
  const from = deepestGroup(architecture, settings.deepest);
  const pretrained = await base.load(context.base.checkpoint);
  const weights = await readSafetensors(previous);
  const { records, summary } = await readRecords(context.folders.dataset);
  // Groups below `from` were never trained by an earlier stage, so the pretrained activations hold.
  const samples = await openBoundary(context, pretrained, settings.deepest);
  const groups = groupRates(architecture, from, settings);
  const trainee = suffixTrainee(
    {
      architecture,
      parameters: overlay(pretrained, weights),
      from,
      rateOf: rateByParameter(groups, settings),
      dropout: settings.dropout,
      labelSmoothing: settings.label_smoothing,
      loss: context.loss,
      mixing: settings,
      seed: context.seed,
      stage: settings.stage,
      pixelScale: base.input.pixelScale,
    },
    {
      samples,
      rows: viewRows(records, context.augment.views),
      ...trainingImages(records),
      labels: records.map((record) => record.label),
      classes: summary.classes.length,
    },
  );
  try {
    const before = trainee.validate();
    const result = await fit(trainee, {
      epochs: settings.epochs,
      patience: settings.patience,
      batchSize: settings.batch_size,
      warmup: settings.warmup,
      seed: context.seed,
      stage: settings.stage,
      onProgress: context.onProgress,
    });
    const { kept, verdict } = gate(before, trainee.validate());
    await writeStageWeights(join(context.folders.out, WEIGHTS_FILE), previous, trainee.trained(), kept);
    return {
      ...result,
      deepest: settings.deepest,
      groups,
      before: { validationLoss: before.loss, validationAccuracy: before.accuracy },
      kept,
      verdict,
    };
  } finally {
    trainee.dispose();
    samples.close();
  }
}

/** A rolled-back stage hands on the very file that it was given. */
async function writeStageWeights(
  path: string,
  previous: string,
  trained: Parameters,
  kept: boolean,
): Promise<void> {
  if (kept) await writeSafetensors(path, trained);
  else await copyFile(previous, path);
}
