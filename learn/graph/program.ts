/**
 * Compiled graphs. TensorFlow optimizes the whole graph (it fuses convolution, bias and activation), frees
 * every intermediate as soon as its last reader is done, and runs it in one call.
 */
import { createHash } from "node:crypto";
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

/**
 * Compiles what `define` builds. The stages of a run and the folds of a validation build the same graphs again, for other
 * weights: those share a session, as it keeps nothing between two runs but what it made of the graph.
 * @param define returns the outputs
 */
export function compile(define: (graph: Graph) => readonly Value[]): Program {
  const graph = newGraph();
  const outputs = define(graph).map(withIndex);
  const names = graph.inputs;
  const inputs = names.map((name) => withIndex(graph.input(name)));
  const encoded = encodeSavedModel(graph.nodes);
  // TensorFlow prunes and rewrites a graph for what is fed and fetched.
  const identity = createHash("sha256")
    .update(encoded)
    .update(JSON.stringify([inputs, outputs]))
    .digest("hex");
  const session = kept.get(identity) ?? opened(encoded, identity);
  session.users++;
  let isDisposed = false;
  return {
    run: (feed) => sessions.run(session.number, names.map(feed), inputs, outputs),
    dispose: () => {
      if (isDisposed) return;
      isDisposed = true;
      session.users--;
      letGo(session);
    },
  };
}

/** A session of TensorFlow, and how many programs run on it. */
interface Session {
  readonly number: number;
  readonly identity: string;
  /** Of the graph, with its constants. */
  readonly bytes: number;
  users: number;
}

/**
 * How many sessions that nobody uses stay open: those of a run of two stages of unfreezing are a dozen. A process that keeps
 * nine of Lite0 is no larger than one that closes them: 571 MB and 569.
 */
const MOST_UNUSED = 24;
/** A graph with weights as constants, as those in bfloat16 are, takes as much memory as they do: it is closed at once. */
const MOST_BYTES_UNUSED = 2 ** 20;

/** Sessions that are open, the one that was let go last at the end. */
const kept = new Map<string, Session>();

function opened(encoded: Uint8Array, identity: string): Session {
  const folder = mkdtempSync(join(tmpdir(), "thaw-graph-"));
  try {
    writeFileSync(join(folder, "saved_model.pb"), encoded);
    const session = { number: sessions.open(folder, GRAPH_TAG), identity, bytes: encoded.length, users: 0 };
    kept.set(identity, session);
    return session;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function letGo(session: Session): void {
  if (session.users > 0) return;
  kept.delete(session.identity);
  kept.set(session.identity, session);
  const unused = [...kept.values()].filter(({ users }) => users === 0);
  const small = unused.filter(({ bytes }) => bytes <= MOST_BYTES_UNUSED);
  const wanted = new Set(small.slice(-MOST_UNUSED));
  for (const { number, identity } of unused.filter((one) => !wanted.has(one))) {
    kept.delete(identity);
    sessions.close(number);
  }
}

/** The session wants the index of every output. */
function withIndex(value: Value): string {
  return value.includes(":") ? value : `${value}:0`;
}
