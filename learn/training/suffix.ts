/** Training of the layers above a freeze boundary, from the boundary's cached activations. */
import { randomStream } from "../../rng/stream.js";
import { type Architecture, type ConvUnit, unitsOf } from "../bases/architecture.js";
import { type Tensor, type Tensor1D, type Tensor2D, type Tensor4D, tf } from "../engine.js";
import { denseLogits, HEAD_BIAS, HEAD_KERNEL } from "../head.js";
import { forwardGroups, freezeGroups, poolFeatures, tunedUnitForward } from "../network.js";
import { overlay, type Parameters, parameter } from "../parameters.js";
import type { Samples } from "../samples.js";
import type { ViewRows } from "../views.js";
import { batchTensor, countCorrect, type PixelScale } from "./batch.js";
import { dropoutMask } from "./dropout.js";
import type { StepPosition, StepResult, Trainee } from "./fit.js";
import { smoothedTargets, softmaxCrossEntropy } from "./loss.js";
import { gatherTrainable, type RateOf, scatterTrainable } from "./trainable.js";
import { crossEntropyAndAccuracy } from "./validation.js";

/** The images of a training stage and where their activations lie. */
export interface SuffixData {
  /** Activations at the boundary: outputs of group `from - 1`, or pooled features at the very top. */
  readonly samples: Samples;
  readonly rows: ViewRows;
  /** Indices into the dataset. */
  readonly train: readonly number[];
  readonly validation: readonly number[];
  /** Label of every image of the dataset. */
  readonly labels: readonly number[];
  readonly classes: number;
}

export interface SuffixSettings {
  readonly architecture: Architecture;
  /** All parameters of base and head; the trainable ones start from here. */
  readonly parameters: Parameters;
  /** First trained layer group; `architecture.groups.length` trains the head alone. */
  readonly from: number;
  readonly rateOf: RateOf;
  readonly dropout: number;
  readonly labelSmoothing: number;
  readonly seed: number;
  readonly stage: number;
  readonly pixelScale: PixelScale;
}

const VALIDATION_BATCH = 64;

/** Names of the parameters that a stage trains: never the batch norm statistics. */
export function trainableNames(architecture: Architecture, from: number): string[] {
  const units = architecture.groups.slice(from).flatMap(unitsOf);
  return [
    ...units.flatMap((unit) => [`${unit.name}.kernel`, `${unit.name}.gamma`, `${unit.name}.beta`]),
    HEAD_KERNEL,
    HEAD_BIAS,
  ];
}

/**
 * Logits of rows of a sample file through groups `[from, …)` and the head, with batch norm folded.
 * @returns `[rows.length, classes]`, row-major
 */
export function suffixLogits(
  architecture: Architecture,
  parameters: Parameters,
  from: number,
  samples: Samples,
  rows: readonly number[],
  pixelScale: PixelScale,
): Float32Array {
  const suffix = freezeGroups(architecture, parameters, from, architecture.groups.length);
  const [kernel, bias] = headTensors(parameters);
  const classes = bias.shape[0];
  const logits = new Float32Array(rows.length * classes);
  try {
    for (let start = 0; start < rows.length; start += VALIDATION_BATCH) {
      const part = tf.tidy(() => {
        const x = batchTensor(samples, rows.slice(start, start + VALIDATION_BATCH), pixelScale);
        const features = x.rank === 4 ? poolFeatures(suffix.run(x as Tensor4D)) : (x as Tensor2D);
        return denseLogits(features, kernel, bias).dataSync();
      });
      logits.set(part, start * classes);
    }
  } finally {
    suffix.dispose();
    tf.dispose([kernel, bias]);
  }
  return logits;
}

function headTensors(parameters: Parameters): [Tensor2D, Tensor1D] {
  const kernel = parameter(parameters, HEAD_KERNEL);
  const bias = parameter(parameters, HEAD_BIAS);
  return [tf.tensor2d(kernel.data, kernel.shape as [number, number]), tf.tensor1d(bias.data)];
}

/** Frozen statistics of the trained units' batch norms, as constants. */
function frozenStatistics(architecture: Architecture, parameters: Parameters, from: number) {
  const statistics = new Map<string, { mean: Tensor1D; deviation: Tensor1D }>();
  for (const unit of architecture.groups.slice(from).flatMap(unitsOf)) {
    const variance = parameter(parameters, `${unit.name}.variance`).data;
    statistics.set(unit.name, {
      mean: tf.tensor1d(parameter(parameters, `${unit.name}.mean`).data),
      deviation: tf.tensor1d(variance.map((value) => Math.sqrt(value + architecture.epsilon))),
    });
  }
  return statistics;
}

export interface SuffixTrainee extends Trainee {
  /** The trained parameters as they are now. */
  trained(): Parameters;
  dispose(): void;
}

/** Prepares the training of everything above the boundary. Call `dispose` when done. */
export function suffixTrainee(settings: SuffixSettings, data: SuffixData): SuffixTrainee {
  const { architecture, parameters, from, seed, stage } = settings;
  const { samples, rows, train, labels, classes } = data;
  const vector = gatherTrainable(parameters, trainableNames(architecture, from), settings.rateOf);
  const statistics = frozenStatistics(architecture, parameters, from);
  const firstUnit: ConvUnit | undefined = architecture.groups[from]?.blocks[0]?.units[0];
  const validationRows = data.validation.map((image) => rows.firstRow[image] ?? 0);
  const validationLabels = data.validation.map((image) => labels[image] ?? 0);

  const forward = (variables: ReadonlyMap<string, Tensor>, x: Tensor): Tensor2D => {
    if (x.rank === 2) return x as Tensor2D;
    const activations = forwardGroups(
      architecture,
      from,
      architecture.groups.length,
      x as Tensor4D,
      (unit, y) => {
        const statistic = statistics.get(unit.name);
        if (statistic === undefined) throw new Error(`no statistics of ${unit.name}`);
        const weights = {
          kernel: variables.get(`${unit.name}.kernel`) as Tensor4D,
          gamma: variables.get(`${unit.name}.gamma`) as Tensor1D,
          beta: variables.get(`${unit.name}.beta`) as Tensor1D,
        };
        return tunedUnitForward(unit, y, weights, statistic.mean, statistic.deviation, unit === firstUnit);
      },
    );
    return poolFeatures(activations);
  };

  const step = (batch: readonly number[], position: StepPosition): StepResult => {
    const choose = randomStream(seed, "view", stage, position.epoch);
    const images = batch.map((sample) => train[sample] ?? 0);
    const chosen = images.map((image) => (rows.firstRow[image] ?? 0) + (choose.word(image) % rows.views));
    const batchLabels = images.map((image) => labels[image] ?? 0);
    return tf.tidy(() => {
      const x = batchTensor(samples, chosen, settings.pixelScale);
      const targets = tf.tensor2d(smoothedTargets(batchLabels, classes, settings.labelSmoothing), [
        batch.length,
        classes,
      ]);
      const tensors = vector.layout.map(({ shape, offset, length }) =>
        tf.tensor(vector.values.subarray(offset, offset + length), [...shape]),
      );
      let correct = 0;
      const loss = (...variables: Tensor[]): Tensor => {
        const byName = new Map(vector.layout.map(({ name }, i) => [name, variables[i] as Tensor]));
        const features = forward(byName, x);
        const kept = dropOut(features, settings.dropout, seed, stage, position);
        const logits = denseLogits(
          kept,
          byName.get(HEAD_KERNEL) as Tensor2D,
          byName.get(HEAD_BIAS) as Tensor1D,
        );
        correct = countCorrect(logits, batchLabels);
        return softmaxCrossEntropy(logits, targets);
      };
      const { value, grads } = tf.valueAndGrads(loss)(tensors);
      return {
        loss: value.dataSync()[0] ?? Number.NaN,
        correct,
        gradients: grads.map((gradient) => gradient.dataSync() as Float32Array),
      };
    });
  };

  return {
    samples: train.length,
    vector,
    step,
    validate: () =>
      crossEntropyAndAccuracy(
        suffixLogits(
          architecture,
          overlay(parameters, scatterTrainable(vector)),
          from,
          samples,
          validationRows,
          settings.pixelScale,
        ),
        validationLabels,
        classes,
      ),
    trained: () => scatterTrainable(vector),
    dispose: () => {
      for (const { mean, deviation } of statistics.values()) tf.dispose([mean, deviation]);
    },
  };
}

function dropOut(features: Tensor2D, rate: number, seed: number, stage: number, at: StepPosition): Tensor2D {
  if (rate === 0) return features;
  const mask = dropoutMask(features.size, rate, seed, stage, at.epoch, at.step);
  return tf.mul(features, tf.tensor2d(mask, features.shape));
}
