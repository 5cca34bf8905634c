/** The same network trained from random weights, with batch statistics: the comparison, not the method. */
import { randomStream } from "../../rng/stream.js";
import { type Architecture, type ConvUnit, kernelShape, unitsOf } from "../bases/architecture.js";
import { type Tensor, type Tensor1D, type Tensor2D, type Tensor4D, tf } from "../engine.js";
import { denseLogits, HEAD_BIAS, HEAD_KERNEL, zeroHead } from "../head.js";
import { forwardGroups, poolFeatures } from "../network.js";
import { convolveWithGradient, normalizeBatch, relu6 } from "../ops.js";
import { overlay, type Parameter, type Parameters, parameter, sizeOf } from "../parameters.js";
import { batchTensor, countCorrect, type PixelScale } from "./batch.js";
import type { StepPosition, StepResult, Trainee } from "./fit.js";
import { smoothedTargets, softmaxCrossEntropy } from "./loss.js";
import { type SuffixData, suffixLogits, trainableNames } from "./suffix.js";
import { gatherTrainable, scatterTrainable } from "./trainable.js";
import { crossEntropyAndAccuracy } from "./validation.js";

/**
 * Share of the running statistics that each step keeps. The usual 0.99 needs thousands of steps to
 * forget its start; a comparison at equal time has some dozens.
 */
const STATISTICS_MOMENTUM = 0.9;

/**
 * He initialization (He et al., ICCV 2015, fan-out as in torchvision): normal with variance
 * `2 / (k² · out)`; batch norms start as the identity.
 */
export function randomParameters(architecture: Architecture, classes: number, seed: number): Parameters {
  const parameters = new Map<string, Parameter>();
  architecture.groups.flatMap(unitsOf).forEach((unit, index) => {
    const shape = kernelShape(unit);
    const fanOut = unit.kernel ** 2 * (unit.kind === "depthwise" ? 1 : unit.outChannels);
    const data = normals(sizeOf(shape), seed, index, Math.sqrt(2 / fanOut));
    parameters.set(`${unit.name}.kernel`, { shape, data });
    for (const [name, value] of [
      ["gamma", 1],
      ["beta", 0],
      ["mean", 0],
      ["variance", 1],
    ] as const) {
      const vector = new Float32Array(unit.outChannels).fill(value);
      parameters.set(`${unit.name}.${name}`, { shape: [unit.outChannels], data: vector });
    }
  });
  return overlay(parameters, zeroHead(architecture.features, classes));
}

/** Box–Muller over the random stream. */
function normals(length: number, seed: number, index: number, deviation: number): Float32Array {
  const stream = randomStream(seed, "initial-weights", index);
  return Float32Array.from({ length }, (_, i) => {
    const radius = Math.sqrt(-2 * Math.log(1 - stream.uniform(2 * i)));
    return deviation * radius * Math.cos(2 * Math.PI * stream.uniform(2 * i + 1));
  });
}

interface RunningStatistics {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

export interface FullNetworkSettings {
  readonly architecture: Architecture;
  readonly parameters: Parameters;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly labelSmoothing: number;
  readonly seed: number;
  readonly stage: number;
  readonly pixelScale: PixelScale;
}

/** Trains every layer; `data.samples` holds pixels. `trained` includes the running statistics. */
export function fullNetworkTrainee(
  settings: FullNetworkSettings,
  data: SuffixData,
): Trainee & { trained(): Parameters } {
  const { architecture, seed, stage } = settings;
  const { samples, rows, train, labels, classes } = data;
  const vector = gatherTrainable(settings.parameters, trainableNames(architecture, 0), (name) => ({
    learningRate: settings.learningRate,
    weightDecay: name.endsWith(".kernel") ? settings.weightDecay : 0,
  }));
  const running = new Map<string, RunningStatistics>();
  for (const unit of architecture.groups.flatMap(unitsOf)) {
    running.set(unit.name, {
      mean: parameter(settings.parameters, `${unit.name}.mean`).data.slice(),
      variance: parameter(settings.parameters, `${unit.name}.variance`).data.slice(),
    });
  }
  const validationRows = data.validation.map((image) => rows.firstRow[image] ?? 0);
  const validationLabels = data.validation.map((image) => labels[image] ?? 0);

  const unitForward = (unit: ConvUnit, x: Tensor4D, variables: ReadonlyMap<string, Tensor>): Tensor4D => {
    const kernel = variables.get(`${unit.name}.kernel`) as Tensor4D;
    const noBias = tf.zeros([unit.outChannels]) as Tensor1D;
    const y = convolveWithGradient(
      unit.kind,
      x,
      kernel,
      noBias,
      unit.stride,
      "none",
      unit.name === "stem.0.conv",
    );
    const normalized = normalizeBatch(
      y,
      variables.get(`${unit.name}.gamma`) as Tensor1D,
      variables.get(`${unit.name}.beta`) as Tensor1D,
      architecture.epsilon,
    );
    const statistics = running.get(unit.name);
    if (statistics !== undefined) {
      moveTowards(statistics.mean, normalized.mean);
      moveTowards(statistics.variance, normalized.variance);
    }
    tf.dispose([normalized.mean, normalized.variance]);
    return unit.activation === "relu6" ? relu6(normalized.y) : normalized.y;
  };

  const step = (batch: readonly number[], position: StepPosition): StepResult => {
    const choose = randomStream(seed, "view", stage, position.epoch);
    const images = batch.map((sample) => train[sample] ?? 0);
    const chosen = images.map((image) => (rows.firstRow[image] ?? 0) + (choose.word(image) % rows.views));
    const batchLabels = images.map((image) => labels[image] ?? 0);
    return tf.tidy(() => {
      const x = batchTensor(samples, chosen, settings.pixelScale) as Tensor4D;
      const smoothed = smoothedTargets(batchLabels, classes, settings.labelSmoothing);
      const targets = tf.tensor2d(smoothed, [batch.length, classes]);
      const tensors = vector.layout.map(({ shape, offset, length }) =>
        tf.tensor(vector.values.subarray(offset, offset + length), [...shape]),
      );
      let correct = 0;
      const loss = (...variables: Tensor[]): Tensor => {
        const byName = new Map(vector.layout.map(({ name }, i) => [name, variables[i] as Tensor]));
        const last = architecture.groups.length;
        const y = forwardGroups(architecture, 0, last, x, (unit, input) => unitForward(unit, input, byName));
        const kernel = byName.get(HEAD_KERNEL) as Tensor2D;
        const logits = denseLogits(poolFeatures(y), kernel, byName.get(HEAD_BIAS) as Tensor1D);
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

  const trained = (): Parameters => {
    const statistics = new Map<string, Parameter>();
    for (const [name, { mean, variance }] of running) {
      statistics.set(`${name}.mean`, { shape: [mean.length], data: mean.slice() });
      statistics.set(`${name}.variance`, { shape: [variance.length], data: variance.slice() });
    }
    return overlay(scatterTrainable(vector), statistics);
  };

  return {
    samples: train.length,
    vector,
    step,
    trained,
    validate: () =>
      crossEntropyAndAccuracy(
        suffixLogits(architecture, trained(), 0, samples, validationRows, settings.pixelScale),
        validationLabels,
        classes,
      ),
    snapshotExtra: () =>
      new Map(
        [...running].map(([name, s]) => [name, { mean: s.mean.slice(), variance: s.variance.slice() }]),
      ),
    restoreExtra: (extra) => {
      for (const [name, saved] of extra as Map<string, RunningStatistics>) {
        running.get(name)?.mean.set(saved.mean);
        running.get(name)?.variance.set(saved.variance);
      }
    },
  };
}

function moveTowards(average: Float32Array, batch: Tensor1D): void {
  const values = batch.dataSync();
  for (let i = 0; i < average.length; i++) {
    average[i] =
      STATISTICS_MOMENTUM * (average[i] as number) + (1 - STATISTICS_MOMENTUM) * (values[i] as number);
  }
}
