/** Layer groups and blocks as passes: the one walk through a network that prediction, training and observing share. */
import type { Architecture, Block, NormedUnit, Unit } from "../../bases/architecture.js";
import { isNormed } from "../../bases/architecture.js";
import type { Graph, Value } from "../../graph/graph.js";
import {
  averagePoolWindows,
  averagePoolWindowsGradient,
  maxPool,
  maxPoolGradient,
  type Pooling,
} from "../ops.js";
import { graphPass } from "./graph.js";
import { groupNormPass, responseNormPass } from "./imageNorms.js";
import { channelConvPass, choicePass, resizePass } from "./images.js";
import { activationPass, inSequence, type Pass, type Step, sideBySide, sumOf, unchanged } from "./pass.js";
import { pooledFirst } from "./pooledFirst.js";
import { squeezePass } from "./squeeze.js";
import { convolutionPass, layerNormPass, meansPass, scalePass } from "./units.js";

/** How a unit with a batch norm is computed; predicting, tuned, batch-normalized and observed networks differ only in this. */
export type NormedPass = (graph: Graph, unit: NormedUnit, x: Value) => Pass;

/** Layer groups `[from, to)`. */
export function groupsPass(
  graph: Graph,
  { groups }: Pick<Architecture, "groups">,
  from: number,
  to: number,
  x: Value,
  normed: NormedPass,
): Pass {
  const blocks = groups.slice(from, to).flatMap((group) => group.blocks);
  return inSequence(
    x,
    blocks.map((block) => (input) => blockPass(graph, block, input, normed)),
  );
}

function blockPass(graph: Graph, block: Block, x: Value, normed: NormedPass): Pass {
  const { units, residual, projection, shortcut: way = [], activation = "none", pool } = block;
  const steps = stepsOf(graph, units, normed);
  return inSequence(x, [
    (input) => {
      const pass = inSequence(input, steps);
      if (!residual) return pass;
      const shortcut =
        projection === undefined
          ? inSequence(input, stepsOf(graph, way, normed))
          : unitPass(graph, projection, input, normed);
      return sumOf(graph, pass, shortcut);
    },
    (input) => activationPass(graph, activation, input),
    (input) => (pool === undefined ? unchanged(input) : maxPoolPass(graph, pool, input)),
  ]);
}

function stepsOf(graph: Graph, units: readonly Unit[], normed: NormedPass): readonly Step[] {
  return pooledFirst(units).map((unit) => (input) => unitPass(graph, unit, input, normed));
}

function unitPass(graph: Graph, unit: Unit, x: Value, normed: NormedPass): Pass {
  switch (unit.kind) {
    case "full":
    case "depthwise":
    case "grouped":
      return isNormed(unit) ? normed(graph, unit, x) : convolutionPass(graph, unit, x);
    case "norm":
      return normed(graph, unit, x);
    case "layer-norm":
      return layerNormPass(graph, unit, x);
    case "group-norm":
      return groupNormPass(graph, unit, x);
    case "response-norm":
      return responseNormPass(graph, unit, x);
    case "squeeze":
      return squeezePass(graph, unit, x);
    case "scale":
      return scalePass(graph, unit, x);
    case "max":
      return maxPoolPass(graph, unit, x);
    case "average":
      return {
        y: averagePoolWindows(graph, unit, x),
        back: (dy) => averagePoolWindowsGradient(graph, unit, x, dy),
      };
    case "means":
      return meansPass(graph, x);
    case "concat": {
      const ways = unit.branches.map((branch) => inSequence(x, stepsOf(graph, branch, normed)));
      return sideBySide(graph, ways);
    }
    case "channel-conv":
      return channelConvPass(graph, unit, x);
    case "choice":
      return choicePass(graph, unit, x);
    case "resize":
      return resizePass(graph, unit, x);
    case "graph":
      return graphPass(graph, unit, x, (units) => stepsOf(graph, units, normed));
  }
}

function maxPoolPass(graph: Graph, pool: Pooling, x: Value): Pass {
  const y = maxPool(graph, pool, x);
  return { y, back: (dy) => maxPoolGradient(graph, pool, x, y, dy) };
}
