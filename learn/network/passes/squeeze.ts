/** Squeeze-and-excitation, forward and back. */
import type { SqueezeUnit } from "../../bases/architecture.js";
import type { Graph, Value } from "../../graph/graph.js";
import { activate, activationGradient } from "../activations.js";
import { add, divide, matrixProduct, multiply, pixelsOf, reshape, sum } from "../arithmetic.js";
import { addBias, averagePool, pixelSum } from "../ops.js";
import type { Pass } from "./pass.js";

const ROWS_AND_COLUMNS = [1, 2];

export function squeezePass(graph: Graph, unit: SqueezeUnit, x: Value): Pass {
  const means = averagePool(graph, x);
  const reduced = dense(graph, `${unit.name}.reduce`, means);
  const hidden = activate(graph, unit.activation, reduced.y);
  const expanded = dense(graph, `${unit.name}.expand`, hidden);
  const gate = activate(graph, unit.gate, expanded.y);
  /** A number for each image and channel, on all of its pixels. */
  const everywhere = (value: Value): Value => reshape(graph, value, [-1, 1, 1, unit.channels]);
  return {
    y: multiply(graph, x, everywhere(gate)),
    back: (dy, gradients) => {
      const dGate = sum(graph, multiply(graph, dy, x), ROWS_AND_COLUMNS);
      const dExpanded = activationGradient(graph, unit.gate, expanded.y, gate, dGate);
      const dHidden = expanded.back(dExpanded, gradients);
      const dReduced = activationGradient(graph, unit.activation, reduced.y, hidden, dHidden);
      const dMeans = reduced.back(dReduced, gradients);
      const perPixel = divide(graph, dMeans, pixelsOf(graph, x, means));
      return add(graph, multiply(graph, dy, everywhere(gate)), everywhere(perPixel));
    },
  };
}

/** A fully connected layer. */
function dense(graph: Graph, name: string, x: Value): Pass {
  const kernel = graph.input(`${name}.kernel`);
  return {
    y: addBias(graph, matrixProduct(graph, x, kernel), graph.input(`${name}.bias`)),
    back: (dy, gradients) => {
      gradients.set(`${name}.kernel`, matrixProduct(graph, x, dy, "a"));
      gradients.set(`${name}.bias`, pixelSum(graph, dy));
      return matrixProduct(graph, dy, kernel, "b");
    },
  };
}
