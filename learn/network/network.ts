/** Runs a range of a network's layer groups, frozen or under training. */
import { type Architecture, unitsOf } from "../bases/architecture.js";
import { type Tensor, type Tensor2D, type Tensor4D, tf } from "../engine.js";
import type { Value } from "../graph/graph.js";
import { compile } from "../graph/program.js";
import { activate } from "./activations.js";
import { add, identity, multiply } from "./arithmetic.js";
import { foldedParameters } from "./foldBatchNorm.js";
import { addBias, convolve } from "./ops.js";
import type { Parameters } from "./parameters.js";
import { groupsPass, type NormedPass } from "./passes/groups.js";

/** Global average pooling: `[batch, h, w, c]` → `[batch, c]`. */
export function poolFeatures(x: Tensor4D): Tensor2D {
  return tf.mean(x, [1, 2]) as Tensor2D;
}

/** A unit with the batch norm folded in, and its activation. */
export const foldedUnit: NormedPass = (graph, unit, x) => {
  const input = (part: string): Value => graph.input(`${unit.name}.${part}`);
  const linear =
    unit.kind === "norm"
      ? add(graph, multiply(graph, x, input("scale")), input("shift"))
      : addBias(graph, convolve(graph, unit, x, input("kernel")), input("bias"));
  return { y: activate(graph, unit.activation, linear), back: () => neverTrained() };
};

function neverTrained(): never {
  throw new Error("a folded network is not trained");
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
  const program = compile((graph) => {
    const { y } = groupsPass(graph, architecture, from, to, graph.input("x"), foldedUnit);
    return [identity(graph, y)];
  });
  return {
    fold: (parameters) => {
      const tensors = new Map<string, Tensor>();
      for (const unit of groups.flatMap(unitsOf)) {
        for (const [name, { data, shape }] of foldedParameters(parameters, unit, architecture.epsilon))
          tensors.set(name, tf.tensor(data, [...shape]));
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
