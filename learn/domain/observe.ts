/** What a network's convolutions give on images, in units of what its batch norms remember of the pretraining. */
import { type Architecture, type ConvUnit, unitsOf } from "../bases/architecture.js";
import { scoped, type Tensor, type Tensor4D, tf } from "../engine.js";
import type { Value } from "../graph/graph.js";
import { compile } from "../graph/program.js";
import { foldUnit } from "../network/foldBatchNorm.js";
import { activate, addBias, averagePool, convolve, multiply } from "../network/ops.js";
import { overlay, type Parameters, parameter } from "../network/parameters.js";
import { trainedGroups } from "../training/step/blocks.js";
import type { UnitPass } from "../training/step/units.js";

/** Of a unit's activations before its batch norm, standardised as the norm does: `(y − mean) / √(variance + ε)`. */
interface UnitMoments {
  /** `[images, channels]`: mean over the pixels of each image. */
  readonly mean: Float32Array;
  /** `[images, channels]`: mean of the squares over the pixels of each image. */
  readonly square: Float32Array;
}

interface Observer {
  /** @param x `[images, size, size, 3]`, scaled pixels; stays the caller's @returns one entry a unit, from the input up */
  run(x: Tensor4D): readonly UnitMoments[];
  dispose(): void;
}

/**
 * The network as in prediction, with every norm taken apart: the division by the running statistics is folded into the
 * convolution, gamma and beta follow. So the moments come out well scaled, with no difference of large numbers.
 */
export function observer(architecture: Architecture, parameters: Parameters): Observer {
  const units = architecture.groups.flatMap(unitsOf);
  const outputs = new Map<string, readonly [Value, Value]>();
  const observed: UnitPass = (graph, unit, x) => {
    const [kernel, bias, gamma, beta] = ["kernel", "bias", "gamma", "beta"].map((name) =>
      graph.input(`${unit.name}.${name}`),
    ) as [Value, Value, Value, Value];
    const standardised = addBias(graph, convolve(graph, unit, x, kernel), bias);
    const square = averagePool(graph, multiply(graph, standardised, standardised));
    outputs.set(unit.name, [averagePool(graph, standardised), square]);
    const y = activate(graph, unit.activation, addBias(graph, multiply(graph, standardised, gamma), beta));
    return { y, back: () => unreachable() };
  };
  const program = compile((graph) => {
    trainedGroups(graph, architecture, 0, graph.input("x"), observed);
    return units.flatMap(({ name }) => outputs.get(name) ?? []);
  });
  const weights = standardisedWeights(units, parameters, architecture.epsilon);
  return {
    run: (x) =>
      scoped(() => {
        const values = program
          .run((name) => (name === "x" ? x : (weights.get(name) as Tensor)))
          .map((tensor) => tensor.dataSync() as Float32Array);
        return units.map((_, i) => ({
          mean: values[2 * i] as Float32Array,
          square: values[2 * i + 1] as Float32Array,
        }));
      }),
    dispose: () => {
      tf.dispose([...weights.values()]);
      program.dispose();
    },
  };
}

function unreachable(): never {
  throw new Error("an observed network is not trained");
}

/** A norm with gamma 1 and beta 0 only standardises: folded like any other. */
function standardisedWeights(
  units: readonly ConvUnit[],
  parameters: Parameters,
  epsilon: number,
): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const unit of units) {
    const shape = [unit.outChannels];
    const plain = new Map([
      [`${unit.name}.gamma`, { shape, data: new Float32Array(unit.outChannels).fill(1) }],
      [`${unit.name}.beta`, { shape, data: new Float32Array(unit.outChannels) }],
    ]);
    const { kernel, bias } = foldUnit(overlay(parameters, plain), unit, epsilon);
    tensors.set(`${unit.name}.kernel`, tf.tensor(kernel.data, [...kernel.shape]));
    tensors.set(`${unit.name}.bias`, tf.tensor1d(bias.data));
    for (const name of ["gamma", "beta"]) {
      tensors.set(`${unit.name}.${name}`, tf.tensor1d(parameter(parameters, `${unit.name}.${name}`).data));
    }
  }
  return tensors;
}
