/** Runs training steps: draws the batch's views and dropout, feeds the program, reads the gradients. */
import { randomStream } from "../../../rng/stream.js";
import { scoped, type Tensor, tf } from "../../engine.js";
import type { Samples } from "../../samples/files.js";
import type { ViewRows } from "../../samples/views.js";
import type { StepPosition, StepResult } from "../trainee.js";
import { batchTensor, countCorrect, type PixelScale } from "./batch.js";
import { dropoutMask } from "./dropout.js";
import { smoothedTargets } from "./loss.js";
import { drawMixture, largerPart, type MixSpec, mixedSamples, mixTargets } from "./mixing.js";
import { STEP_INPUTS, type StepProgram } from "./program.js";
import type { TrainableVector } from "./trainable.js";

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

/**
 * @param batch positions within `data.train`
 * @param constants inputs of the program that are no trained parameters
 */
export function runStep(
  program: StepProgram,
  vector: TrainableVector,
  constants: ReadonlyMap<string, Tensor>,
  data: TrainingData,
  settings: StepSettings,
  batch: readonly number[],
  { epoch, step }: StepPosition,
): StepValues {
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
  return scoped(() => {
    const smoothed = smoothedTargets(labels, data.classes, settings.labelSmoothing);
    const targets = mixture === undefined ? smoothed : mixTargets(smoothed, mixture);
    const mask = dropoutMask(maskLength, settings.dropout, seed, stage, epoch, step);
    const feeds = new Map<string, Tensor>([
      ...constants,
      [STEP_INPUTS.x, batchTensor(samples, chosen, settings.pixelScale)],
      [STEP_INPUTS.targets, tf.tensor2d(targets, [batch.length, data.classes])],
      [STEP_INPUTS.mask, tf.tensor2d(mask, [batch.length, settings.features])],
    ]);
    for (const { name, shape, offset, length } of vector.layout) {
      feeds.set(name, tf.tensor(vector.values.subarray(offset, offset + length), [...shape]));
    }
    const outputs = program.run((name) => {
      const tensor = feeds.get(name);
      if (tensor === undefined) throw new Error(`the step has no input ${name}`);
      return tensor;
    });
    return {
      loss: read(outputs.loss)[0] ?? Number.NaN,
      correct: countCorrect(read(outputs.logits), shown, data.classes),
      gradients: outputs.gradients.map(read),
      extras: outputs.extras.map(read),
    };
  });
}

function read(tensor: Tensor): Float32Array {
  return tensor.dataSync() as Float32Array;
}
