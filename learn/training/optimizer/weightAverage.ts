/** Exponential moving average of the weights under training (Polyak & Juditsky, 1992). */
import type { Graph } from "../../graph/graph.js";
import { assignSubtract, type Operation, readVariable, type Variable } from "../../graph/variables.js";
import { multiply, subtract } from "../../network/arithmetic.js";

/** Input of the step's graph: the share of the average that an update replaces. */
export const AVERAGE_SHARE = "update/average";

/**
 * Share of the average that an update replaces. Early on the decay is `(1 + n) / (10 + n)` after `n`
 * updates, as in TensorFlow's `ExponentialMovingAverage`: else the start would weigh for hundreds of steps.
 * @param decay share of the average that an update keeps, in [0, 1)
 * @param n updates made so far
 */
export function averageShare(decay: number, n: number): number {
  return 1 - Math.min(decay, (1 + n) / (10 + n));
}

/** Moves the average towards the weights, as they are after an update. */
export function moveAverage(
  graph: Graph,
  average: Variable,
  weights: Variable,
  update: Operation,
): Operation {
  const away = subtract(graph, readVariable(graph, average), readVariable(graph, weights, [update]));
  return assignSubtract(graph, average, multiply(graph, away, graph.input(AVERAGE_SHARE)));
}
