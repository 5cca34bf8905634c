/**
 * Compiled graphs. TensorFlow optimizes the whole graph (it fuses convolution, bias and activation), frees
 * every intermediate as soon as its last reader is done, and runs it in one call.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sessions, type Tensor } from "../engine.js";
import { type Graph, newGraph, type Value } from "./graph.js";
import { encodeSavedModel, GRAPH_TAG } from "./savedModel.js";

/** A graph that is ready to run. Call `dispose` when done. */
export interface Program {
  /**
   * @param feed the tensor of an input, by the input's name; the tensors stay the caller's
   * @returns the outputs, in their order; the caller owns them
   */
  run(feed: (input: string) => Tensor): Tensor[];
  dispose(): void;
}

/** Compiles what `define` builds. @param define returns the outputs */
export function compile(define: (graph: Graph) => readonly Value[]): Program {
  const graph = newGraph();
  const outputs = define(graph).map(withIndex);
  const names = graph.inputs;
  const inputs = names.map((name) => withIndex(graph.input(name)));
  const folder = mkdtempSync(join(tmpdir(), "thaw-graph-"));
  try {
    writeFileSync(join(folder, "saved_model.pb"), encodeSavedModel(graph.nodes));
    const session = sessions.open(folder, GRAPH_TAG);
    return {
      run: (feed) => sessions.run(session, names.map(feed), inputs, outputs),
      dispose: () => sessions.close(session),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The session wants the index of every output. */
function withIndex(value: Value): string {
  return value.includes(":") ? value : `${value}:0`;
}
