/** The vectors under training as variables of a step's graph: what changes them, and the ways in and out. */
import { type Tensor, tf } from "../../engine.js";
import type { Graph, Value } from "../../graph/graph.js";
import type { Entries } from "../../graph/program.js";
import {
  afterAll,
  assign,
  copied,
  newVariable,
  type Operation,
  readVariable,
  type Variable,
} from "../../graph/variables.js";
import { adamW, type Updated } from "../optimizer/adamw.js";
import { moveAverage } from "../optimizer/weightAverage.js";
import { type KeptVectors, type TrainableParameter, VECTORS, type VectorName } from "./trainable.js";

/** A parameter that learns: its name, rates and anchor. */
export type Learnt = Pick<TrainableParameter, "name" | "learningRate" | "weightDecay" | "anchor">;

/** The variables of a parameter. */
type Kept = Omit<Updated, "gradient"> & { readonly average: Variable };

export type KeptEntry = `${"read" | "write"} ${VectorName}`;

/** Variables for each parameter. What the layers ask for under its name are its weights. */
export function keptParameters(graph: Graph, layout: readonly Learnt[]): readonly Kept[] {
  return layout.map((segment) => {
    const { name } = segment;
    const variable = (which: VectorName): Variable => newVariable(graph, `${which}/${name}`);
    const weights = variable("weights");
    const before = readVariable(graph, weights);
    graph.define(name, before);
    const moments = { first: variable("first"), second: variable("second") };
    return { name, segment, weights, before, ...moments, average: variable("average") };
  });
}

/**
 * The update of all parameters.
 * @returns the gradients' norm before clipping, once weights and moments are updated, and once their average is, too
 */
export function updateKept(
  graph: Graph,
  kept: readonly Kept[],
  gradients: readonly Value[],
): { readonly updated: Value; readonly averaged: Value } {
  const { norm, updates } = adamW(
    graph,
    kept.map((own, i) => ({ ...own, gradient: gradients[i] as Value })),
  );
  const averages = kept.map(({ average, weights }, i) =>
    moveAverage(graph, average, weights, updates[i] as Operation),
  );
  return { updated: afterAll(graph, norm, updates), averaged: afterAll(graph, norm, averages) };
}

const WRITTEN = "written/";

/** Outputs that read the variables, and outputs that are there once they are written. */
export function transfers(
  graph: Graph,
  kept: readonly Kept[],
): Readonly<Record<KeptEntry, readonly Value[]>> {
  const done = graph.number(0);
  const entries = VECTORS.flatMap((which): [KeptEntry, readonly Value[]][] => {
    const written = kept.map((own) =>
      assign(graph, own[which], copied(graph, graph.input(`${WRITTEN}${own.name}`))),
    );
    return [
      [`read ${which}`, kept.map((own) => readVariable(graph, own[which]))],
      [`write ${which}`, [afterAll(graph, done, written)]],
    ];
  });
  return Object.fromEntries(entries) as Record<KeptEntry, readonly Value[]>;
}

/** @param program with the entries of {@link transfers} */
export function keptVectors(program: Entries<KeptEntry>): KeptVectors {
  return {
    read: (which) => program.run(`read ${which}`, missing),
    write: (which, values) => {
      const feed = (input: string): Tensor => values.get(input.slice(WRITTEN.length)) ?? missing(input);
      tf.dispose(program.run(`write ${which}`, feed));
    },
  };
}

function missing(what: string): never {
  throw new Error(`there is no tensor for ${what}`);
}
