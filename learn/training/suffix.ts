/** Training of the layers above a freeze boundary, from the boundary's cached activations. */
import type { LossSpec } from "../../spec/loss.js";
import { type Architecture, unitsOf } from "../bases/architecture.js";
import { type Tensor, tf } from "../engine.js";
import { HEAD_BIAS, HEAD_KERNEL } from "../head.js";
import { overlay, type Parameters, parameter } from "../parameters.js";
import type { PixelScale } from "./batch.js";
import { lossWeights } from "./classWeights.js";
import type { Trainee } from "./fit.js";
import type { MixSpec } from "./mixing.js";
import { runStep, type TrainingData } from "./step.js";
import { compileStep } from "./stepProgram.js";
import { gatherTrainable, type RateOf, scatterTrainable } from "./trainable.js";
import { tunedUnit } from "./units.js";
import { validator } from "./validator.js";

export interface SuffixSettings {
  readonly architecture: Architecture;
  /** All parameters of base and head; the trainable ones start from here. */
  readonly parameters: Parameters;
  /** First trained layer group; `architecture.groups.length` trains the head alone. */
  readonly from: number;
  readonly rateOf: RateOf;
  readonly dropout: number;
  readonly labelSmoothing: number;
  /** Cross-entropy when left out. */
  readonly loss?: LossSpec | undefined;
  /** Nothing is mixed when left out. */
  readonly mixing?: MixSpec | undefined;
  readonly seed: number;
  readonly stage: number;
  readonly pixelScale: PixelScale;
}

/** Names of the parameters that a stage trains: never the batch norm statistics. */
export function trainableNames(architecture: Architecture, from: number): string[] {
  const units = architecture.groups.slice(from).flatMap(unitsOf);
  return [
    ...units.flatMap((unit) => [`${unit.name}.kernel`, `${unit.name}.gamma`, `${unit.name}.beta`]),
    HEAD_KERNEL,
    HEAD_BIAS,
  ];
}

/** Frozen statistics of the trained units' batch norms, as inputs of the step. */
function frozenStatistics(architecture: Architecture, parameters: Parameters, from: number) {
  const statistics = new Map<string, Tensor>();
  for (const { name } of architecture.groups.slice(from).flatMap(unitsOf)) {
    const variance = parameter(parameters, `${name}.variance`).data;
    const deviation = variance.map((value) => Math.sqrt(value + architecture.epsilon));
    statistics.set(`${name}.mean`, tf.tensor1d(parameter(parameters, `${name}.mean`).data));
    statistics.set(`${name}.deviation`, tf.tensor1d(deviation));
  }
  return statistics;
}

/** A trainee that holds compiled graphs and tensors. */
export interface SuffixTrainee extends Trainee {
  /** The trained parameters as they are now. */
  trained(): Parameters;
  dispose(): void;
}

/** Prepares the training of everything above the boundary. Call `dispose` when done. */
export function suffixTrainee(settings: SuffixSettings, data: TrainingData): SuffixTrainee {
  const { architecture, parameters, from } = settings;
  const names = trainableNames(architecture, from);
  const vector = gatherTrainable(parameters, names, settings.rateOf);
  const statistics = frozenStatistics(architecture, parameters, from);
  const loss = lossWeights(settings.loss, data);
  const program = compileStep(
    { architecture, from, recordShape: data.samples.format.shape, names, loss },
    tunedUnit,
  );
  const validation = validator(architecture, from, data, settings.pixelScale);
  const stepSettings = { ...settings, features: architecture.features };
  return {
    samples: data.train.length,
    vector,
    step: (batch, position) => runStep(program, vector, statistics, data, stepSettings, batch, position),
    validate: () => validation.validate(overlay(parameters, scatterTrainable(vector))),
    trained: () => scatterTrainable(vector),
    dispose: () => {
      program.dispose();
      validation.dispose();
      tf.dispose([...statistics.values()]);
    },
  };
}
