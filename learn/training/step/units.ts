/** Units with a batch norm under training as pieces of a graph: the way forward and the way back. */
import type { NormedConvolution, NormedUnit, NormUnit } from "../../bases/architecture.js";
import type { Graph, Value } from "../../graph/graph.js";
import { activate, activationGradient } from "../../network/activations.js";
import { add, divide, multiply, reshape, subtract, sum } from "../../network/arithmetic.js";
import { inputGradient, kernelGradient } from "../../network/convolutionGradients.js";
import { addBias, convolve, normalizeBatch, normalizeBatchGradient, pixelSum } from "../../network/ops.js";
import type { NormedPass } from "../../network/passes/groups.js";
import type { Pass } from "../../network/passes/pass.js";

function inputsOf<Names extends readonly string[]>(graph: Graph, { name }: NormedUnit, names: Names) {
  return names.map((part) => graph.input(`${name}.${part}`)) as { [Index in keyof Names]: Value };
}

/** A unit with its batch norm statistics frozen. Inputs besides the parameters: `UNIT.mean`, and `UNIT.deviation` = `sqrt(variance + ε)`. */
export function tunedUnit(graph: Graph, unit: NormedUnit, x: Value): Pass {
  return unit.kind === "norm" ? tunedNorm(graph, unit, x) : tunedConvolution(graph, unit, x);
}

/**
 * The statistics are constants, so the norm is folded into the convolution inside the graph. Gradients reach the kernel,
 * gamma and beta exactly as without folding, at the cost of a convolution with bias.
 */
function tunedConvolution(graph: Graph, unit: NormedConvolution, x: Value): Pass {
  const names = ["kernel", "gamma", "beta", "mean", "deviation"] as const;
  const [kernel, gamma, beta, mean, deviation] = inputsOf(graph, unit, names);
  const depthwise = unit.kind === "depthwise";
  const scale = divide(graph, gamma, deviation);
  const perKernel = depthwise ? reshape(graph, scale, [unit.outChannels, 1]) : scale;
  const folded = multiply(graph, kernel, perKernel);
  const bias = subtract(graph, beta, multiply(graph, mean, scale));
  const linear = addBias(graph, convolve(graph, unit, x, folded), bias);
  const y = activate(graph, unit.activation, linear);
  return {
    y,
    back: (dy, gradients) => {
      const dLinear = activationGradient(graph, unit.activation, linear, y, dy);
      const dBias = pixelSum(graph, dLinear);
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

/** There is no convolution to fold it into: a factor and a shift for each channel. */
function tunedNorm(graph: Graph, unit: NormUnit, x: Value): Pass {
  const names = ["gamma", "beta", "mean", "deviation"] as const;
  const [gamma, beta, mean, deviation] = inputsOf(graph, unit, names);
  const scale = divide(graph, gamma, deviation);
  const shift = subtract(graph, beta, multiply(graph, mean, scale));
  const linear = add(graph, multiply(graph, x, scale), shift);
  const y = activate(graph, unit.activation, linear);
  return {
    y,
    back: (dy, gradients) => {
      const dLinear = activationGradient(graph, unit.activation, linear, y, dy);
      const dShift = pixelSum(graph, dLinear);
      const perChannel = pixelSum(graph, multiply(graph, dLinear, x));
      const dScale = subtract(graph, perChannel, multiply(graph, dShift, mean));
      gradients.set(`${unit.name}.gamma`, divide(graph, dScale, deviation));
      gradients.set(`${unit.name}.beta`, dShift);
      return multiply(graph, dLinear, scale);
    },
  };
}

/** Statistics of the batch at a unit's batch norm. */
export interface BatchStatistics {
  readonly mean: Value;
  readonly variance: Value;
}

/** A unit whose batch norm uses the statistics of the batch. @param statistics receives them, by unit */
export function normalizedUnit(epsilon: number, statistics: Map<string, BatchStatistics>): NormedPass {
  return (graph, unit, x) => {
    const [gamma, beta] = inputsOf(graph, unit, ["gamma", "beta"] as const);
    const linear = linearPart(graph, unit, x);
    const normalized = normalizeBatch(graph, linear.y, gamma, beta, epsilon);
    const y = activate(graph, unit.activation, normalized.y);
    statistics.set(unit.name, normalized);
    return {
      y,
      back: (dy, gradients) => {
        const dNormalized = activationGradient(graph, unit.activation, normalized.y, y, dy);
        const norm = normalizeBatchGradient(graph, linear.y, gamma, normalized, epsilon, dNormalized);
        gradients.set(`${unit.name}.gamma`, norm.dGamma);
        gradients.set(`${unit.name}.beta`, norm.dBeta);
        return linear.back(norm.dx, gradients);
      },
    };
  };
}

/** What comes before the norm: a convolution, or nothing. */
function linearPart(graph: Graph, unit: NormedUnit, x: Value): Pass {
  if (unit.kind === "norm") return { y: x, back: (dy) => dy };
  const [kernel] = inputsOf(graph, unit, ["kernel"] as const);
  return {
    y: convolve(graph, unit, x, kernel),
    back: (dy, gradients) => {
      gradients.set(`${unit.name}.kernel`, kernelGradient(graph, unit, x, kernel, dy));
      return inputGradient(graph, unit, x, kernel, dy);
    },
  };
}
