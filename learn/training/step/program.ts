/** One training step as a program: a batch in, loss, logits and gradients out. */
import type { Architecture } from "../../bases/architecture.js";
import { outputSide } from "../../bases/extent.js";
import type { Tensor } from "../../engine.js";
import type { Graph, Value } from "../../graph/graph.js";
import { compile, type Program } from "../../graph/program.js";
import { matrixProduct, multiply } from "../../network/arithmetic.js";
import { HEAD_BIAS, HEAD_KERNEL } from "../../network/head.js";
import { addBias, averagePool, averagePoolGradient, biasGradient } from "../../network/ops.js";
import { groupsPass, type NormedPass } from "../../network/passes/groups.js";
import type { Gradients, Pass } from "../../network/passes/pass.js";
import { type LossWeights, trainingLoss } from "./loss.js";

/** Inputs of a step besides the parameters. */
export const STEP_INPUTS = {
  /** Activations at the boundary `[batch, h, w, c]`, or features `[batch, features]` at the very top. */
  x: "x",
  /** Dropout mask of the features, `[batch, features]`. */
  mask: "mask",
  /** Target distributions, `[batch, classes]`. */
  targets: "targets",
} as const;

export interface StepOutputs {
  readonly loss: Tensor;
  readonly logits: Tensor;
  /** In the order of the names that were asked for. */
  readonly gradients: readonly Tensor[];
  readonly extras: readonly Tensor[];
}

export interface StepProgram {
  run(feed: (input: string) => Tensor): StepOutputs;
  dispose(): void;
}

export interface StepShape {
  readonly architecture: Architecture;
  /** First trained layer group; `architecture.groups.length` trains the head alone. */
  readonly from: number;
  /** Shape of one record of `x`. */
  readonly recordShape: readonly number[];
  /** Parameters whose gradients are wanted. */
  readonly names: readonly string[];
  /** Cross-entropy when left out. */
  readonly loss?: LossWeights;
}

/** @param extras more outputs, asked for once the forward pass has been built @param ready makes a program of the graph */
export function compileStep(
  shape: StepShape,
  normed: NormedPass,
  extras: () => readonly Value[] = () => [],
  ready: (define: (graph: Graph) => readonly Value[]) => Program = compile,
): StepProgram {
  const { names } = shape;
  const program = ready((graph) => {
    const features = pooledGroups(graph, shape, normed);
    const { loss, logits, back } = headAndLoss(graph, features.y, shape.loss ?? { gamma: 0 });
    const gradients: Gradients = new Map();
    features.back(back(gradients), gradients);
    return [loss, logits, ...names.map((name) => wanted(gradients, name)), ...extras()];
  });
  return {
    run: (feed) => {
      const [loss, logits, ...rest] = program.run(feed) as [Tensor, Tensor, ...Tensor[]];
      return { loss, logits, gradients: rest.slice(0, names.length), extras: rest.slice(names.length) };
    },
    dispose: () => program.dispose(),
  };
}

function wanted(gradients: Gradients, name: string): Value {
  const gradient = gradients.get(name);
  if (gradient === undefined) throw new Error(`there is no gradient of ${name}`);
  return gradient;
}

/** The trained layer groups and the pooling; nothing at all where the head is trained alone. */
function pooledGroups(
  graph: Graph,
  { architecture, from, recordShape }: StepShape,
  normed: NormedPass,
): Pass {
  const x = graph.input(STEP_INPUTS.x);
  const [side, , channels] = recordShape;
  if (side === undefined || channels === undefined) return { y: x, back: (dy) => dy };
  const top = architecture.groups.length;
  const groups = groupsPass(graph, architecture, from, top, x, normed);
  const pixels = outputSide(architecture, from, top, side) ** 2;
  return {
    y: averagePool(graph, groups.y),
    back: (dy, gradients) =>
      groups.back(averagePoolGradient(graph, groups.y, architecture.features, pixels, dy), gradients),
  };
}

/** Dropout, the fully connected head, and the loss. */
function headAndLoss(graph: Graph, features: Value, weights: LossWeights) {
  const mask = graph.input(STEP_INPUTS.mask);
  const kernel = graph.input(HEAD_KERNEL);
  const kept = multiply(graph, features, mask);
  const logits = addBias(graph, matrixProduct(graph, kept, kernel), graph.input(HEAD_BIAS));
  const { loss, dLogits } = trainingLoss(graph, logits, graph.input(STEP_INPUTS.targets), weights);
  return {
    loss,
    logits,
    back: (gradients: Gradients): Value => {
      gradients.set(HEAD_KERNEL, matrixProduct(graph, kept, dLogits, "a"));
      gradients.set(HEAD_BIAS, biasGradient(graph, dLogits));
      return multiply(graph, matrixProduct(graph, dLogits, kernel, "b"), mask);
    },
  };
}
