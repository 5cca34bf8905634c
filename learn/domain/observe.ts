/** What a network's convolutions give on images, in units of what its batch norms remember of the pretraining. */
import { type Architecture, isNormed, normedUnitsOf, unitsOf } from "../bases/architecture.js";
import { scoped, type Tensor, type Tensor4D, tf } from "../engine.js";
import type { Value } from "../graph/graph.js";
import { compile } from "../graph/program.js";
import { activate } from "../network/activations.js";
import { add, multiply } from "../network/arithmetic.js";
import { foldedParameters } from "../network/foldBatchNorm.js";
import { addBias, averagePool, convolve } from "../network/ops.js";
import { overlay, type Parameter, type Parameters, parameter } from "../network/parameters.js";
import { groupsPass, type NormedPass } from "../network/passes/groups.js";

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
  const units = architecture.groups.flatMap(normedUnitsOf);
  const outputs = new Map<string, readonly [Value, Value]>();
  const observed: NormedPass = (graph, unit, x) => {
    const input = (part: string): Value => graph.input(`${unit.name}.${part}`);
    const standardised =
      unit.kind === "norm"
        ? add(graph, multiply(graph, x, input("scale")), input("shift"))
        : addBias(graph, convolve(graph, unit, x, input("kernel")), input("bias"));
    const square = averagePool(graph, multiply(graph, standardised, standardised));
    outputs.set(unit.name, [averagePool(graph, standardised), square]);
    const scaled = multiply(graph, standardised, input("gamma"));
    const y = activate(graph, unit.activation, addBias(graph, scaled, input("beta")));
    return { y, back: () => unreachable() };
  };
  const program = compile((graph) => {
    groupsPass(graph, architecture, 0, architecture.groups.length, graph.input("x"), observed);
    return units.flatMap(({ name }) => outputs.get(name) ?? []);
  });
  const weights = standardisedWeights(architecture, parameters);
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
function standardisedWeights(architecture: Architecture, parameters: Parameters): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  const keep = (name: string, { data, shape }: Parameter): void => {
    tensors.set(name, tf.tensor(data, [...shape]));
  };
  for (const unit of architecture.groups.flatMap(unitsOf)) {
    const plain = new Map<string, Parameter>();
    if (isNormed(unit)) {
      for (const part of ["gamma", "beta"] as const) {
        const name = `${unit.name}.${part}`;
        const own = parameter(parameters, name);
        keep(name, own);
        plain.set(name, { ...own, data: new Float32Array(own.data.length).fill(part === "gamma" ? 1 : 0) });
      }
    }
    const folded = foldedParameters(overlay(parameters, plain), unit, architecture.epsilon);
    for (const [name, value] of folded) keep(name, value);
  }
  return tensors;
}
