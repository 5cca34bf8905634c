/**
 * Compiled graphs. TensorFlow optimizes the whole graph (it fuses convolution, bias and activation), frees
 * every intermediate as soon as its last reader is done, and runs it in one call.
 */
import { sessions, type Tensor } from "../engine.js";
import { type Graph, newGraph, type Value } from "./graph.js";
import { openSession } from "./openSessions.js";
import { reachedNodes } from "./reached.js";

/** A graph that is ready to run. Call `dispose` when done. */
export interface Program {
  /**
   * @param feed the tensor of an input, by the input's name; the tensors stay the caller's
   * @returns the outputs, in their order; the caller owns them
   */
  run(feed: (input: string) => Tensor): Tensor[];
  dispose(): void;
}

/** A graph with several sets of outputs; each run computes what its set depends on. Call `dispose` when done. */
export interface Entries<Name extends string> {
  /** @param feed as of {@link Program.run}, asked for the inputs that the outputs depend on */
  run(entry: Name, feed: (input: string) => Tensor): Tensor[];
  dispose(): void;
}

/** Compiles what `define` builds. @param define returns the outputs */
export function compile(define: (graph: Graph) => readonly Value[]): Program {
  const { run, dispose } = compileEntries((graph) => ({ outputs: define(graph) }));
  return { run: (feed) => run("outputs", feed), dispose };
}

/** Compiles what `define` builds. What variables hold is the session's. @param define returns the outputs of each entry */
export function compileEntries<Name extends string>(
  define: (graph: Graph) => Readonly<Record<Name, readonly Value[]>>,
): Entries<Name> {
  const graph = newGraph();
  const entries = new Map(
    Object.entries<readonly Value[]>(define(graph)).map(([name, outputs]) => [name, entryOf(graph, outputs)]),
  );
  const session = openSession(graph.nodes, [...entries]);
  return {
    run: (name, feed) => {
      const { names, inputs, outputs } = entries.get(name) as Entry;
      return sessions.run(session.number, names.map(feed), inputs, outputs);
    },
    dispose: session.close,
  };
}

/** What a session has to be told of a set of outputs. */
type Entry = ReturnType<typeof entryOf>;

function entryOf(graph: Graph, outputs: readonly Value[]) {
  const reached = new Set(reachedNodes(graph.nodes, outputs).map(({ name }) => name));
  const names = graph.inputs.filter((name) => reached.has(graph.input(name)));
  return {
    names,
    inputs: names.map((name) => withIndex(graph.input(name))),
    outputs: outputs.map(withIndex),
  };
}

/** The session wants the index of every output. */
function withIndex(value: Value): string {
  return value.includes(":") ? value : `${value}:0`;
}
