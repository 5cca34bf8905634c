/** Blocks and layer groups under training, made of units: the way forward and the way back. */
import type { Architecture, Block } from "../../bases/architecture.js";
import type { Graph, Value } from "../../graph/graph.js";
import {
  type Activation,
  activate,
  activationGradient,
  add,
  maxPool,
  maxPoolGradient,
  type Pooling,
} from "../../network/ops.js";
import type { Pass, UnitPass } from "./units.js";

/** Layer groups from `from` to the top, with every unit under training. */
export function trainedGroups(
  graph: Graph,
  architecture: Architecture,
  from: number,
  x: Value,
  unitPass: UnitPass,
): Pass {
  const blocks = architecture.groups.slice(from).flatMap((group) => group.blocks);
  return inSequence(
    x,
    blocks.map((block) => (input) => blockPass(graph, block, input, unitPass)),
  );
}

function blockPass(graph: Graph, block: Block, x: Value, unitPass: UnitPass): Pass {
  const { units, residual, projection, activation = "none", pool } = block;
  const steps = units.map((unit) => (input: Value) => unitPass(graph, unit, input));
  return inSequence(x, [
    (input) => {
      const pass = inSequence(input, steps);
      if (!residual) return pass;
      const shortcut = projection === undefined ? unchanged(input) : unitPass(graph, projection, input);
      return sum(graph, pass, shortcut);
    },
    (input) => activationPass(graph, activation, input),
    (input) => (pool === undefined ? unchanged(input) : poolPass(graph, pool, input)),
  ]);
}

type Step = (x: Value) => Pass;

function inSequence(x: Value, steps: readonly Step[]): Pass {
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

const unchanged = (x: Value): Pass => ({ y: x, back: (dy) => dy });

/** Two ways from the same input. */
function sum(graph: Graph, a: Pass, b: Pass): Pass {
  return {
    y: add(graph, a.y, b.y),
    back: (dy, gradients) => add(graph, a.back(dy, gradients), b.back(dy, gradients)),
  };
}

function activationPass(graph: Graph, activation: Activation, x: Value): Pass {
  const y = activate(graph, activation, x);
  return { y, back: (dy) => activationGradient(graph, activation, y, dy) };
}

function poolPass(graph: Graph, pool: Pooling, x: Value): Pass {
  const y = maxPool(graph, pool, x);
  return { y, back: (dy) => maxPoolGradient(graph, pool, x, y, dy) };
}
