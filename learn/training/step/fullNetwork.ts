/** The same network trained from random weights, with batch statistics: the comparison, not the method. */
import { randomStream } from "../../../rng/stream.js";
import type { LossSpec } from "../../../spec/runFile/loss.js";
import { type Architecture, normedUnitsOf, unitsOf } from "../../bases/architecture.js";
import { unitParameters } from "../../bases/unitParameters.js";
import { zeroHead } from "../../network/head.js";
import { overlay, type Parameter, type Parameters, parameter, sizeOf } from "../../network/parameters.js";
import { lossWeights } from "../classWeights.js";
import { validator } from "../validator.js";
import type { PixelScale } from "./batch.js";
import { compileStep } from "./program.js";
import { stepGradients, type TrainingData, trainStep } from "./step.js";
import { type SuffixTrainee, trainableNames } from "./suffix.js";
import { gatherTrainable, layoutOf, scatterTrainable, vectorOf } from "./trainable.js";
import { type BatchStatistics, normalizedUnit } from "./units.js";

/**
 * Share of the running statistics that each step keeps. The usual 0.99 needs thousands of steps to
 * forget its start; a comparison at equal time has some dozens.
 */
const STATISTICS_MOMENTUM = 0.9;

/** Where a training from nothing begins: drawn kernels, norms that are the identity, a head that knows nothing. */
export function randomParameters(architecture: Architecture, classes: number, seed: number): Parameters {
  const parameters = new Map<string, Parameter>();
  architecture.groups.flatMap(unitsOf).forEach((unit, index) => {
    let kernels = 0;
    for (const { name, shape, start } of unitParameters(unit)) {
      const length = sizeOf(shape);
      const data =
        typeof start === "number"
          ? new Float32Array(length).fill(start)
          : normals(length, seed, [index, kernels++], Math.sqrt(start.variance));
      parameters.set(name, { shape, data });
    }
  });
  return overlay(parameters, zeroHead(architecture.features, classes));
}

/** Box–Muller over the random stream. @param place the unit, and which of its kernels */
function normals(length: number, seed: number, place: readonly number[], deviation: number): Float32Array {
  const stream = randomStream(seed, "initial-weights", ...place);
  return Float32Array.from({ length }, (_, i) => {
    const radius = Math.sqrt(-2 * Math.log(1 - stream.uniform(2 * i)));
    return deviation * radius * Math.cos(2 * Math.PI * stream.uniform(2 * i + 1));
  });
}

/** Running averages of the batch norms' statistics, by parameter name: `UNIT.mean`, `UNIT.variance`. */
type RunningStatistics = Map<string, Float32Array>;

export interface FullNetworkSettings {
  readonly architecture: Architecture;
  readonly parameters: Parameters;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly labelSmoothing: number;
  /** Cross-entropy when left out. */
  readonly loss?: LossSpec | undefined;
  readonly seed: number;
  readonly stage: number;
  readonly pixelScale: PixelScale;
}

/**
 * Trains every layer; `data.samples` holds pixels. `trained` includes the running statistics.
 * Call `dispose` when done.
 */
export function fullNetworkTrainee(settings: FullNetworkSettings, data: TrainingData): SuffixTrainee {
  const { architecture, parameters } = settings;
  const layout = layoutOf(parameters, trainableNames(architecture, 0), (name) => ({
    learningRate: settings.learningRate,
    weightDecay: name.endsWith(".kernel") ? settings.weightDecay : 0,
  }));
  const statisticNames = architecture.groups
    .flatMap(normedUnitsOf)
    .flatMap(({ name }) => [`${name}.mean`, `${name}.variance`]);
  let running: RunningStatistics = new Map(
    statisticNames.map((name) => [name, parameter(parameters, name).data.slice()]),
  );

  const ofBatch = new Map<string, BatchStatistics>();
  const loss = lossWeights(settings.loss, data);
  const program = compileStep(
    { architecture, from: 0, recordShape: data.samples.format.shape, layout, loss },
    normalizedUnit(architecture.epsilon, ofBatch),
    () => [...ofBatch.values()].flatMap(({ mean, variance }) => [mean, variance]),
  );
  const vector = vectorOf(program, layout);
  vector.write("weights", gatherTrainable(parameters, layout));
  const validation = validator(architecture, 0, data, settings.pixelScale);
  const inputs = {
    layout,
    constants: new Map(),
    data,
    settings: { ...settings, features: architecture.features, dropout: 0 },
  };

  const read = (of: "weights" | "average" = "weights"): Parameters => {
    const statistics = [...running].map(([name, values]): [string, Parameter] => [
      name,
      { shape: [values.length], data: values.slice() },
    ]);
    return overlay(scatterTrainable(layout, vector.read(of)), new Map(statistics));
  };

  return {
    samples: data.train.length,
    vector,
    train: (batch, position, update) => {
      const result = trainStep(program, inputs, batch, position, update);
      statisticNames.forEach((name, i) => {
        moveTowards(running.get(name), result.extras[i]);
      });
      return result;
    },
    gradients: (batch, position) => stepGradients(program, inputs, batch, position),
    trained: () => read(),
    validate: (of) => validation.validate(read(of)),
    snapshotExtra: () => copyOf(running),
    restoreExtra: (extra) => {
      running = copyOf(extra);
    },
    dispose: () => {
      program.dispose();
      validation.dispose();
    },
  };
}

function copyOf(statistics: ReadonlyMap<string, Float32Array>): RunningStatistics {
  return new Map([...statistics].map(([name, values]) => [name, values.slice()]));
}

function moveTowards(average: Float32Array | undefined, batch: Float32Array | undefined): void {
  average?.forEach((value, i) => {
    average[i] = STATISTICS_MOMENTUM * value + (1 - STATISTICS_MOMENTUM) * (batch?.[i] ?? Number.NaN);
  });
}
