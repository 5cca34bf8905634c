/** Training of layers above a freeze boundary, from the boundary's cached activations. */
import type { LossSpec } from "../../../spec/runFile/loss.js";
import { type Architecture, normedUnitsOf, unitsOf, type WeightedUnit } from "../../bases/architecture.js";
import { unitParameters } from "../../bases/unitParameters.js";
import { type Tensor, tf } from "../../engine.js";
import { HEAD_BIAS, HEAD_KERNEL } from "../../network/head.js";
import { overlay, type Parameters, parameter } from "../../network/parameters.js";
import { lossWeights } from "../classWeights.js";
import { anchorName } from "../optimizer/adamw.js";
import type { StepGradients, StepPosition, Trainee } from "../trainee.js";
import { validator } from "../validator.js";
import type { PixelScale } from "./batch.js";
import type { MixSpec } from "./mixing.js";
import { compileStep, type ReadyStep } from "./program.js";
import { stepGradients, type TrainingData, trainStep } from "./step.js";
import {
  gatherTrainable,
  layoutOf,
  type RateOf,
  scatterTrainable,
  type TrainableParameter,
  vectorOf,
} from "./trainable.js";
import { tunedUnit } from "./units.js";

export interface SuffixSettings {
  readonly architecture: Architecture;
  /** All parameters of base and head; the trainable ones start from here. */
  readonly parameters: Parameters;
  /** First layer group above the boundary; `architecture.groups.length` trains the head alone. */
  readonly from: number;
  /**
   * Layer groups `[from, to)` learn, and the head; gradients pass through those above, which stay as they are.
   * Every group learns when left out.
   */
  readonly to?: number;
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

/** Names of the parameters that a stage trains, in the groups `[from, to)`: never the batch norm statistics. */
export function trainableNames(
  architecture: Architecture,
  from: number,
  to: number = architecture.groups.length,
): string[] {
  const units = architecture.groups.slice(from, to).flatMap(unitsOf);
  return [...units.flatMap(learntNames), HEAD_KERNEL, HEAD_BIAS];
}

function learntNames(unit: WeightedUnit): string[] {
  return unitParameters(unit)
    .filter(({ isLearnt }) => isLearnt)
    .map(({ name }) => name);
}

/** What stays as it is above the boundary, as inputs of the step: batch norm statistics, and all of groups from `to`. */
function frozenInputs({ architecture, parameters, from, to = architecture.groups.length }: SuffixSettings) {
  const inputs = new Map<string, Tensor>();
  for (const { name } of architecture.groups.slice(from).flatMap(normedUnitsOf)) {
    const variance = parameter(parameters, `${name}.variance`).data;
    const deviation = variance.map((value) => Math.sqrt(value + architecture.epsilon));
    inputs.set(`${name}.mean`, tf.tensor1d(parameter(parameters, `${name}.mean`).data));
    inputs.set(`${name}.deviation`, tf.tensor1d(deviation));
  }
  for (const name of architecture.groups.slice(to).flatMap(unitsOf).flatMap(learntNames)) {
    const { data, shape } = parameter(parameters, name);
    inputs.set(name, tf.tensor(data, [...shape]));
  }
  return inputs;
}

/** A trainee that holds compiled graphs and tensors. */
export interface SuffixTrainee extends Trainee {
  /** Loss and gradients of the batch of a step; nothing is changed. */
  gradients(batch: readonly number[], position: StepPosition): StepGradients;
  /** The trained parameters as they are now. */
  trained(): Parameters;
  dispose(): void;
}

/** What decay pulls towards, as inputs of the step. */
function anchorInputs(layout: readonly TrainableParameter[]): [string, Tensor][] {
  return layout.flatMap(({ name, shape, anchor }) =>
    anchor === undefined ? [] : [[anchorName(name), tf.tensor(anchor, [...shape])]],
  );
}

/** Prepares the training of what learns above the boundary. Call `dispose` when done. @param ready makes a program of the step */
export function suffixTrainee(
  settings: SuffixSettings,
  data: TrainingData,
  ready?: ReadyStep,
): SuffixTrainee {
  const { architecture, parameters, from } = settings;
  const layout = layoutOf(parameters, trainableNames(architecture, from, settings.to), settings.rateOf);
  const constants = new Map([...frozenInputs(settings), ...anchorInputs(layout)]);
  const loss = lossWeights(settings.loss, data);
  const program = compileStep(
    { architecture, from, recordShape: data.samples.format.shape, layout, loss },
    tunedUnit,
    () => [],
    ready,
  );
  const vector = vectorOf(program, layout);
  vector.write("weights", gatherTrainable(parameters, layout));
  const validation = validator(architecture, from, data, settings.pixelScale);
  const inputs = { layout, constants, data, settings: { ...settings, features: architecture.features } };
  const read = (of: "weights" | "average" = "weights") => scatterTrainable(layout, vector.read(of));
  return {
    samples: data.train.length,
    vector,
    train: (batch, position, update) => trainStep(program, inputs, batch, position, update),
    gradients: (batch, position) => stepGradients(program, inputs, batch, position),
    validate: (of) => validation.validate(overlay(parameters, read(of))),
    trained: () => read(),
    dispose: () => {
      program.dispose();
      validation.dispose();
      tf.dispose([...constants.values()]);
    },
  };
}
