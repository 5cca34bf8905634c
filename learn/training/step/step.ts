/** Runs training steps: draws the batch's views and dropout, and feeds the program. */
import { randomStream } from "../../../rng/stream.js";
import { scoped, type Tensor, tf } from "../../engine.js";
import type { Samples } from "../../samples/files.js";
import type { ViewRows } from "../../samples/views.js";
import { updateScalars } from "../optimizer/adamw.js";
import { AVERAGE_SHARE } from "../optimizer/weightAverage.js";
import type { StepGradients, StepPosition, StepResult, Update } from "../trainee.js";
import { batchTensor, countCorrect, type PixelScale } from "./batch.js";
import { dropoutMask } from "./dropout.js";
import { smoothedTargets } from "./loss.js";
import { drawMixture, largerPart, type MixSpec, mixedSamples, mixTargets } from "./mixing.js";
import { STEP_INPUTS, type StepProgram } from "./program.js";
import type { TrainableParameter } from "./trainable.js";

/** The images of a training stage and where their activations lie. */
export interface TrainingData {
  /** Activations at the boundary: outputs of group `from - 1`, pooled features at the very top, or pixels. */
  readonly samples: Samples;
  readonly rows: ViewRows;
  /** Indices into the dataset. */
  readonly train: readonly number[];
  readonly validation: readonly number[];
  /** Label of every image of the dataset. */
  readonly labels: readonly number[];
  readonly classes: number;
}

export interface StepSettings {
  /** Length of the pooled feature vector. */
  readonly features: number;
  readonly dropout: number;
  readonly labelSmoothing: number;
  /** Nothing is mixed when left out. */
  readonly mixing?: MixSpec | undefined;
  readonly seed: number;
  readonly stage: number;
  readonly pixelScale: PixelScale;
}

export interface StepValues extends StepResult {
  readonly extras: readonly Float32Array[];
}

/** What a batch's loss is computed from. */
export interface StepInputs {
  /** The parameters that learn. */
  readonly layout: readonly TrainableParameter[];
  /** Inputs of the program that stay the same. */
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly data: TrainingData;
  readonly settings: StepSettings;
}

/** One step of training. @param batch positions within `data.train` */
export function trainStep(
  program: StepProgram,
  inputs: StepInputs,
  batch: readonly number[],
  position: StepPosition,
  update: Update,
): StepValues {
  const { averageShare } = update;
  return scoped(() => {
    const { feeds, shown } = batchFeeds(inputs, batch, position);
    for (const [name, value] of updateScalars(inputs.layout, update)) feeds.set(name, tf.scalar(value));
    if (averageShare !== undefined) feeds.set(AVERAGE_SHARE, tf.scalar(averageShare));
    const outputs = program.train(feedFrom(feeds), averageShare !== undefined);
    return {
      loss: read(outputs.loss)[0] ?? Number.NaN,
      correct: countCorrect(read(outputs.logits), shown, inputs.data.classes),
      norm: read(outputs.norm)[0] ?? Number.NaN,
      extras: outputs.extras.map(read),
    };
  });
}

/** Loss and gradients of the batch of a step, which change nothing. @param batch positions within `data.train` */
export function stepGradients(
  program: StepProgram,
  inputs: StepInputs,
  batch: readonly number[],
  position: StepPosition,
): StepGradients {
  return scoped(() => {
    const { feeds } = batchFeeds(inputs, batch, position);
    const { loss, gradients } = program.gradients(feedFrom(feeds));
    return { loss: read(loss)[0] ?? Number.NaN, gradients: gradients.map(read) };
  });
}

/** The batch's views, mixture and dropout as tensors, and the label that each image is mostly of. */
function batchFeeds(
  { constants, data, settings }: StepInputs,
  batch: readonly number[],
  { epoch, step }: StepPosition,
) {
  const { seed, stage } = settings;
  const choose = randomStream(seed, "chosen-view", stage, epoch);
  const images = batch.map((sample) => data.train[sample] ?? 0);
  const { firstRow, views } = data.rows;
  const chosen = images.map((image) => (firstRow[image] ?? 0) + (choose.word(image) % views));
  const labels = images.map((image) => data.labels[image] ?? 0);
  const maskLength = batch.length * settings.features;
  const { shape } = data.samples.format;
  const mixture = drawMixture(settings.mixing, batch.length, shape, seed, stage, { epoch, step });
  const samples = mixture === undefined ? data.samples : mixedSamples(data.samples, mixture);
  const shown = mixture === undefined ? labels : largerPart(labels, mixture);
  const smoothed = smoothedTargets(labels, data.classes, settings.labelSmoothing);
  const targets = mixture === undefined ? smoothed : mixTargets(smoothed, mixture);
  const mask = dropoutMask(maskLength, settings.dropout, seed, stage, epoch, step);
  const feeds = new Map<string, Tensor>([
    ...constants,
    [STEP_INPUTS.x, batchTensor(samples, chosen, settings.pixelScale)],
    [STEP_INPUTS.targets, tf.tensor2d(targets, [batch.length, data.classes])],
    [STEP_INPUTS.mask, tf.tensor2d(mask, [batch.length, settings.features])],
  ]);
  return { feeds, shown };
}

function feedFrom(feeds: ReadonlyMap<string, Tensor>): (name: string) => Tensor {
  return (name) => {
    const tensor = feeds.get(name);
    if (tensor === undefined) throw new Error(`the step has no input ${name}`);
    return tensor;
  };
}

function read(tensor: Tensor): Float32Array {
  return tensor.dataSync() as Float32Array;
}
