/** One stage of unfreezing: trains the layer groups from `deepest` up, and keeps them only if it helped. */
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { randomStream } from "../../rng/stream.js";
import { ThawError } from "../../spec/errors.js";
import { ROLLED_BACK_FILE, WEIGHTS_FILE } from "../../spec/pipeline/artifactFiles.js";
import { FIRST_BLOCK } from "../../spec/pipeline/stages.js";
import type { StageSummary, TrainingSummary } from "../../spec/records/training.js";
import type { UnfreezeSpec } from "../../spec/runFile/runFile.js";
import { type Architecture, groupIndex } from "../bases/architecture.js";
import { chosenBase } from "../bases/chosen.js";
import { refuseExtractor } from "../bases/extractor.js";
import { type GateDecision, gate } from "../evidence/gate.js";
import { overlay, type Parameters } from "../network/parameters.js";
import { loadSound } from "../network/tryOut.js";
import { readSafetensors, writeSafetensors } from "../safetensors.js";
import { trainingImages, viewRows } from "../samples/views.js";
import { fit } from "../training/fit.js";
import { groupRates, rateByParameter } from "../training/optimizer/groupRates.js";
import { findRate } from "../training/optimizer/rateFinder.js";
import { suffixTrainee } from "../training/step/suffix.js";
import type { Trainee, ValidationResult } from "../training/trainee.js";
import { openBoundary, openPixels, readRecords } from "./activations.js";
import type { StageContext } from "./job.js";
import { usedArithmetic } from "./precision.js";

/** Whether to keep what a stage made of the validation images. */
type Judge = (before: ValidationResult, after: ValidationResult) => GateDecision;

/** @param groups of each validation image the group it is in */
type Decide = (before: ValidationResult, after: ValidationResult, groups: readonly string[]) => GateDecision;

export interface TuneSettings extends Omit<UnfreezeSpec, "stages" | "surgical"> {
  /** The deepest layer group that learns, or {@link FIRST_BLOCK}. */
  readonly deepest: string;
  /** Number of the stage, from 1. */
  readonly stage: number;
}

/**
 * Layer groups `[from, to)` of a stage. Surgical fine-tuning (Lee et al., ICLR 2023) trains the first block: here
 * the stem and the group above it.
 * @throws ThawError RUN_FILE_INVALID when there is no group of that name
 */
function trainedRange(architecture: Architecture, deepest: string): { from: number; to: number } {
  if (deepest === FIRST_BLOCK) return { from: 0, to: 2 };
  return { from: deepestGroup(architecture, deepest), to: architecture.groups.length };
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

/**
 * @param previous weights file of the stage before; it holds the head and every group trained so far
 * @param decide whether to keep the stage; the benches ask otherwise
 */
export async function tuneStage(
  context: StageContext,
  settings: TuneSettings,
  previous: string,
  decide: Decide = (before, after, groups) =>
    gate(before, after, randomStream(context.seed, "gate", settings.stage), settings.gate, groups),
): Promise<StageSummary> {
  const base = chosenBase(context.base);
  refuseExtractor(base, "nothing can be unfrozen");
  const { architecture } = base;
  const { from, to } = trainedRange(architecture, settings.deepest);
  const pretrained = await loadSound(base, context.base);
  const weights = await readSafetensors(previous);
  const { records, summary } = await readRecords(context.folders.dataset);
  // Groups below `from` were never trained by an earlier stage, so the pretrained activations hold.
  const samples =
    from === 0 ? await openPixels(context) : await openBoundary(context, pretrained, settings.deepest);
  const images = trainingImages(records);
  const witnesses = images.validation.map((image) => records[image]?.group ?? "");
  const groups = groupRates(architecture.groups.slice(from, to), settings);
  const trainee = suffixTrainee(
    {
      architecture,
      parameters: overlay(pretrained, weights),
      from,
      to,
      rateOf: rateByParameter(groups, settings, pretrained),
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
      ...images,
      labels: records.map((record) => record.label),
      classes: summary.classes.length,
    },
  );
  try {
    const before = trainee.validate();
    const { epochs, batch_size: batchSize, clip_norm: clipNorm } = settings;
    const common = {
      batchSize,
      clipNorm,
      seed: context.seed,
      stage: settings.stage,
      onProgress: context.onProgress,
    };
    const rateFinding = settings.find_rate
      ? await findRate(trainee, { ...common, epoch: epochs })
      : undefined;
    const factor = rateFinding?.factor ?? 1;
    const judge: Judge = (start, end) => decide(start, end, witnesses);
    const { result, kept, verdict, diverged } = await gated(before, trainee, judge, () =>
      fit(withRates(trainee, factor), {
        ...common,
        epochs,
        patience: settings.patience,
        schedule: settings.schedule,
        warmup: settings.warmup,
        ema: settings.ema,
        checkpoints: context.checkpoints,
        control: context.control,
      }),
    );
    // The artifact stands for all stages so far, whichever groups this one has trained.
    const trained = overlay(weights, trainee.trained());
    const keepsRolledBack = settings.keep_rolled_back && !diverged;
    await writeStageWeights(context.folders.out, previous, trained, kept, keepsRolledBack);
    return {
      ...result,
      deepest: architecture.groups[from]?.name ?? settings.deepest,
      groups: groups.map(({ name, learningRate }) => ({ name, learningRate: learningRate * factor })),
      before: { validationLoss: before.loss, validationAccuracy: before.accuracy },
      kept,
      ...(rateFinding === undefined ? {} : { rateFinding }),
      ...(to === architecture.groups.length ? {} : { surgical: true }),
      // From the pixels on there is nothing frozen.
      ...(from === 0 ? {} : await usedArithmetic(context, base, pretrained)),
      verdict,
    };
  } finally {
    trainee.dispose();
    samples.close();
  }
}

/** Trains and compares; training that ends in numbers that are none is rolled back like any that did harm. */
async function gated(
  before: ValidationResult,
  trainee: Trainee,
  judge: Judge,
  train: () => Promise<TrainingSummary>,
): Promise<GateDecision & { readonly result: TrainingSummary; readonly diverged: boolean }> {
  const started = performance.now();
  try {
    const result = await train();
    return { result, ...judge(before, trainee.validate()), diverged: false };
  } catch (error) {
    if (!(error instanceof ThawError) || error.code !== "TRAINING_DIVERGED") throw error;
    return {
      result: {
        history: [],
        bestEpoch: 0,
        validationLoss: before.loss,
        validationAccuracy: before.accuracy,
        stoppedEarly: true,
        seconds: (performance.now() - started) / 1000,
        trainableParameters: trainee.vector.length,
      },
      kept: false,
      verdict: `rolled back: ${error.message}`,
      diverged: true,
    };
  }
}

/** The same trainee with all of its rates lowered. */
function withRates(trainee: Trainee, factor: number): Trainee {
  if (factor === 1) return trainee;
  const { vector } = trainee;
  const layout = vector.layout.map((entry) => ({ ...entry, learningRate: entry.learningRate * factor }));
  return {
    ...trainee,
    vector: { ...vector, layout },
    train: (batch, position, update) =>
      trainee.train(batch, position, { ...update, factor: update.factor * factor }),
  };
}

/** A rolled-back stage hands on the very file that it was given; what it trained lies beside it where that is wanted. */
async function writeStageWeights(
  folder: string,
  previous: string,
  trained: Parameters,
  kept: boolean,
  keepsRolledBack: boolean,
): Promise<void> {
  const path = join(folder, WEIGHTS_FILE);
  if (kept) return writeSafetensors(path, trained);
  await copyFile(previous, path);
  if (keepsRolledBack) await writeSafetensors(join(folder, ROLLED_BACK_FILE), trained);
}
