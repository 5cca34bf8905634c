/** Ways through a network as pieces of a graph, forward and back, and how they are put together. */
import type { Graph, Value } from "../../graph/graph.js";
import { type Activation, activate, activationGradient } from "../activations.js";
import { add, concatenate, concatenateGradient } from "../arithmetic.js";

/** Gradients by the name of the parameter. */
export type Gradients = Map<string, Value>;

/** Something that has been computed, and how a gradient at its output becomes one at its input. */
export interface Pass {
  readonly y: Value;
  /** Adds the parameters' gradients to the list. What nobody asks for, the session does not compute. */
  back(dy: Value, gradients: Gradients): Value;
}

export type Step = (x: Value) => Pass;

export const unchanged: Step = (x) => ({ y: x, back: (dy) => dy });

export function inSequence(x: Value, steps: readonly Step[]): Pass {
  const passes: Pass[] = [];
  let y = x;
  for (const step of steps) {
    const pass = step(y);
    passes.push(pass);
    y = pass.y;
  }
  return {
    y,
    back: (dy, gradients) => passes.reduceRight((gradient, pass) => pass.back(gradient, gradients), dy),
  };
}

/** Two ways from the same input. */
export function sumOf(graph: Graph, a: Pass, b: Pass): Pass {
  return {
    y: add(graph, a.y, b.y),
    back: (dy, gradients) => add(graph, a.back(dy, gradients), b.back(dy, gradients)),
  };
}

/** Ways from the same input, whose channels are put one after the other. */
export function sideBySide(graph: Graph, ways: readonly Pass[]): Pass {
  const parts = ways.map(({ y }) => y);
  return {
    y: concatenate(graph, parts, CHANNELS),
    back: (dy, gradients) => {
      const stretches = concatenateGradient(graph, parts, CHANNELS, dy);
      return ways
        .map((way, i) => way.back(stretches[i] as Value, gradients))
        .reduce((a, b) => add(graph, a, b));
    },
  };
}

/** Axis of the channels. */
const CHANNELS = 3;

export function activationPass(graph: Graph, activation: Activation, x: Value): Pass {
  const y = activate(graph, activation, x);
  return { y, back: (dy) => activationGradient(graph, activation, x, y, dy) };
}
