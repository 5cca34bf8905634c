/** Training steps as a program that keeps the weights: a batch in, loss and logits out. */
import type { Architecture } from "../../bases/architecture.js";
import { outputSide } from "../../bases/extent.js";
import type { Tensor } from "../../engine.js";
import type { Graph, Value } from "../../graph/graph.js";
import { compileEntries } from "../../graph/program.js";
import { matrixProduct, multiply } from "../../network/arithmetic.js";
import { HEAD_BIAS, HEAD_KERNEL } from "../../network/head.js";
import { addBias, averagePool, averagePoolGradient, pixelSum } from "../../network/ops.js";
import { groupsPass, type NormedPass } from "../../network/passes/groups.js";
import type { Gradients, Pass } from "../../network/passes/pass.js";
import { type KeptEntry, keptParameters, keptVectors, type Learnt, transfers, updateKept } from "./kept.js";
import { type LossWeights, trainingLoss } from "./loss.js";
import type { KeptVectors } from "./trainable.js";

/** Inputs of a step besides the parameters. */
export const STEP_INPUTS = {
  /** Activations at the boundary `[batch, h, w, c]`, or features `[batch, features]` at the very top. */
  x: "x",
  /** Dropout mask of the features, `[batch, features]`. */
  mask: "mask",
  /** Target distributions, `[batch, classes]`. */
  targets: "targets",
} as const;

export interface StepProgram extends KeptVectors {
  /** Loss, logits, and the gradients in the order of the layout; nothing is changed. */
  gradients(feed: Feed): BatchOutputs & { readonly gradients: readonly Tensor[] };
  /** Computes the gradients, clips them, and updates weights and moments. @param averages whether the weights' average is moved too */
  train(feed: Feed, averages: boolean): BatchOutputs & Trained;
  dispose(): void;
}

/** The tensor of an input, by its name. */
type Feed = (input: string) => Tensor;

interface BatchOutputs {
  readonly loss: Tensor;
  readonly logits: Tensor;
}

interface Trained {
  /** Global norm of the gradients before clipping. */
  readonly norm: Tensor;
  readonly extras: readonly Tensor[];
}

export interface StepShape {
  readonly architecture: Architecture;
  /** First trained layer group; `architecture.groups.length` trains the head alone. */
  readonly from: number;
  /** Shape of one record of `x`. */
  readonly recordShape: readonly number[];
  /** The parameters that learn: variables of the graph, under their names. */
  readonly layout: readonly Learnt[];
  /** Cross-entropy when left out. */
  readonly loss?: LossWeights;
}

type Entry = "gradients" | "train" | "average" | KeptEntry;

/** Makes a program of a step's graph. */
export type ReadyStep = typeof compileEntries<Entry>;

/** @param extras more outputs of training, asked for once the forward pass has been built @param ready makes a program of the graph */
export function compileStep(
  shape: StepShape,
  normed: NormedPass,
  extras: () => readonly Value[] = () => [],
  ready: ReadyStep = compileEntries,
): StepProgram {
  const { layout } = shape;
  const program = ready((graph) => {
    const kept = keptParameters(graph, layout);
    const features = pooledGroups(graph, shape, normed);
    const { loss, logits, back } = headAndLoss(graph, features.y, shape.loss ?? { gamma: 0 });
    const byName: Gradients = new Map();
    features.back(back(byName), byName);
    const gradients = layout.map(({ name }) => wanted(byName, name));
    const { updated, averaged } = updateKept(graph, kept, gradients);
    const more = extras();
    return {
      gradients: [loss, logits, ...gradients],
      train: [loss, logits, updated, ...more],
      average: [loss, logits, averaged, ...more],
      ...transfers(graph, kept),
    };
  });
  return {
    gradients: (feed) => {
      const [loss, logits, ...gradients] = program.run("gradients", feed) as [Tensor, Tensor, ...Tensor[]];
      return { loss, logits, gradients };
    },
    train: (feed, averages) => {
      const outputs = program.run(averages ? "average" : "train", feed);
      const [loss, logits, norm, ...rest] = outputs as [Tensor, Tensor, Tensor, ...Tensor[]];
      return { loss, logits, norm, extras: rest };
    },
    ...keptVectors(program),
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
      gradients.set(HEAD_BIAS, pixelSum(graph, dLogits));
      return multiply(graph, matrixProduct(graph, dLogits, kernel, "b"), mask);
    },
  };
}
