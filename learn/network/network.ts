/** Runs a range of a network's layer groups, frozen or under training. */
import type { Architecture, Block, ConvUnit } from "../bases/architecture.js";
import { unitsOf } from "../bases/architecture.js";
import { type Tensor, type Tensor2D, type Tensor4D, tf } from "../engine.js";
import type { Graph, Value } from "../graph/graph.js";
import { compile } from "../graph/program.js";
import { foldUnit } from "./foldBatchNorm.js";
import { activate, add, addBias, convolve, identity, maxPool } from "./ops.js";
import type { Parameters } from "./parameters.js";

/** Global average pooling: `[batch, h, w, c]` → `[batch, c]`. */
export function poolFeatures(x: Tensor4D): Tensor2D {
  return tf.mean(x, [1, 2]) as Tensor2D;
}

/** Adds a unit to the graph: its convolution with the batch norm folded in, and its activation. */
function foldedUnit(graph: Graph, unit: ConvUnit, x: Value): Value {
  const kernel = graph.input(`${unit.name}.kernel`);
  const bias = graph.input(`${unit.name}.bias`);
  return activate(graph, unit.activation, addBias(graph, convolve(graph, unit, x, kernel), bias));
}

function foldedBlock(graph: Graph, block: Block, x: Value): Value {
  const { units, residual, projection, activation = "none", pool } = block;
  let y = units.reduce((input, unit) => foldedUnit(graph, unit, input), x);
  if (residual) y = add(graph, y, projection === undefined ? x : foldedUnit(graph, projection, x));
  y = activate(graph, activation, y);
  return pool === undefined ? y : maxPool(graph, pool, y);
}

/** Layer groups `[from, to)`, compiled once and run with any weights. Call `dispose` when done. */
export interface FoldedGroups {
  /** Folds the batch norms of `parameters` into weights for {@link FoldedGroups.run}. */
  fold(parameters: Parameters): FoldedWeights;
  /** @param x input of group `from` @returns output of group `to - 1`; the caller owns it */
  run(x: Tensor4D, weights: FoldedWeights): Tensor4D;
  dispose(): void;
}

/** Weights of a range of layer groups as tensors. Call `dispose` when done. */
export interface FoldedWeights {
  readonly tensors: ReadonlyMap<string, Tensor>;
  dispose(): void;
}

export function compileGroups(architecture: Architecture, from: number, to: number): FoldedGroups {
  const groups = architecture.groups.slice(from, to);
  const blocks = groups.flatMap((group) => group.blocks);
  const program = compile((graph) => {
    const y = blocks.reduce((x, block) => foldedBlock(graph, block, x), graph.input("x"));
    return [identity(graph, y)];
  });
  return {
    fold: (parameters) => {
      const tensors = new Map<string, Tensor>();
      for (const unit of groups.flatMap(unitsOf)) {
        const { kernel, bias } = foldUnit(parameters, unit, architecture.epsilon);
        tensors.set(`${unit.name}.kernel`, tf.tensor(kernel.data, [...kernel.shape]));
        tensors.set(`${unit.name}.bias`, tf.tensor1d(bias.data));
      }
      return { tensors, dispose: () => tf.dispose([...tensors.values()]) };
    },
    run: (x, weights) => {
      const [y] = program.run((name) => (name === "x" ? x : given(weights.tensors, name)));
      return y as Tensor4D;
    },
    dispose: () => program.dispose(),
  };
}

function given(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`${name} is not part of the layer groups`);
  return tensor;
}

/** Layer groups `[from, to)` with constant weights, folded once. Call `dispose` when done. */
export interface FrozenGroups {
  readonly from: number;
  readonly to: number;
  /** @param x input of group `from` @returns output of group `to - 1`; the caller owns it */
  run(x: Tensor4D): Tensor4D;
  dispose(): void;
}

export function freezeGroups(
  architecture: Architecture,
  parameters: Parameters,
  from: number,
  to: number,
): FrozenGroups {
  const groups = compileGroups(architecture, from, to);
  const weights = groups.fold(parameters);
  return {
    from,
    to,
    run: (x) => groups.run(x, weights),
    dispose: () => {
      weights.dispose();
      groups.dispose();
    },
  };
}
