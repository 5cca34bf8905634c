/** Units under training as pieces of a graph: the way forward and the way back. */
import type { ConvUnit } from "../../bases/architecture.js";
import type { Graph, Value } from "../../graph/graph.js";
import {
  activate,
  activationGradient,
  addBias,
  biasGradient,
  convolve,
  divide,
  inputGradient,
  kernelGradient,
  multiply,
  normalizeBatch,
  normalizeBatchGradient,
  reshape,
  subtract,
  sum,
} from "../../network/ops.js";

/** Gradients by the name of the parameter. */
export type Gradients = Map<string, Value>;

/** Something that has been computed, and how a gradient at its output becomes one at its input. */
export interface Pass {
  readonly y: Value;
  /** Adds the parameters' gradients to the list. What nobody asks for, the session does not compute. */
  back(dy: Value, gradients: Gradients): Value;
}

/** How a unit is computed; tuned and batch-normalized networks differ only in this. */
export type UnitPass = (graph: Graph, unit: ConvUnit, x: Value) => Pass;

/**
 * A unit with its batch norm statistics frozen: they are constants, so the norm is folded into the
 * convolution inside the graph. Gradients reach the kernel, gamma and beta exactly as without folding, at
 * the cost of a convolution with bias.
 *
 * Inputs besides the parameters: `UNIT.mean`, and `UNIT.deviation` = `sqrt(variance + ε)`.
 */
export function tunedUnit(graph: Graph, unit: ConvUnit, x: Value): Pass {
  const [kernel, gamma, beta, mean, deviation] = ["kernel", "gamma", "beta", "mean", "deviation"].map(
    (name) => graph.input(`${unit.name}.${name}`),
  ) as [Value, Value, Value, Value, Value];
  const depthwise = unit.kind === "depthwise";
  const scale = divide(graph, gamma, deviation);
  const perKernel = depthwise ? reshape(graph, scale, [unit.outChannels, 1]) : scale;
  const folded = multiply(graph, kernel, perKernel);
  const bias = subtract(graph, beta, multiply(graph, mean, scale));
  const y = activate(graph, unit.activation, addBias(graph, convolve(graph, unit, x, folded), bias));
  return {
    y,
    back: (dy, gradients) => {
      const dLinear = activationGradient(graph, unit.activation, y, dy);
      const dBias = biasGradient(graph, dLinear);
      const dFolded = kernelGradient(graph, unit, x, folded, dLinear);
      const perChannel = sum(graph, multiply(graph, dFolded, kernel), depthwise ? [0, 1, 3] : [0, 1, 2]);
      const dScale = subtract(graph, perChannel, multiply(graph, dBias, mean));
      gradients.set(`${unit.name}.kernel`, multiply(graph, dFolded, perKernel));
      gradients.set(`${unit.name}.gamma`, divide(graph, dScale, deviation));
      gradients.set(`${unit.name}.beta`, dBias);
      return inputGradient(graph, unit, x, folded, dLinear);
    },
  };
}

/** Statistics of the batch at a unit's batch norm. */
export interface BatchStatistics {
  readonly mean: Value;
  readonly variance: Value;
}

/** A unit whose batch norm uses the statistics of the batch. @param statistics receives them, by unit */
export function normalizedUnit(epsilon: number, statistics: Map<string, BatchStatistics>): UnitPass {
  return (graph, unit, x) => {
    const [kernel, gamma, beta] = ["kernel", "gamma", "beta"].map((name) =>
      graph.input(`${unit.name}.${name}`),
    ) as [Value, Value, Value];
    const linear = convolve(graph, unit, x, kernel);
    const normalized = normalizeBatch(graph, linear, gamma, beta, epsilon);
    const y = activate(graph, unit.activation, normalized.y);
    statistics.set(unit.name, normalized);
    return {
      y,
      back: (dy, gradients) => {
        const dNormalized = activationGradient(graph, unit.activation, y, dy);
        const norm = normalizeBatchGradient(graph, linear, gamma, normalized, epsilon, dNormalized);
        gradients.set(`${unit.name}.kernel`, kernelGradient(graph, unit, x, kernel, norm.dx));
        gradients.set(`${unit.name}.gamma`, norm.dGamma);
        gradients.set(`${unit.name}.beta`, norm.dBeta);
        return inputGradient(graph, unit, x, kernel, norm.dx);
      },
    };
  };
}
