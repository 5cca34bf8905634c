/** Sessions of TensorFlow: equal graphs share one, those that keep variables have each their own. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sessions } from "../engine.js";
import { encodeSavedModel, GRAPH_TAG, type GraphNode } from "./savedModel.js";

/** A session that somebody runs a graph on. */
export interface OpenSession {
  readonly number: number;
  /** Once is enough; more do nothing. */
  close(): void;
}

/**
 * The stages of a run and the folds of a validation build the same graphs again, for other weights: those share a session, as
 * it keeps nothing between two runs but what it made of the graph. One with variables does keep something: it is its user's
 * alone, and closed with them.
 * @param fetched what is fed and fetched: TensorFlow prunes and rewrites a graph for it
 */
export function openSession(nodes: readonly GraphNode[], fetched: unknown): OpenSession {
  const encoded = encodeSavedModel(nodes);
  if (nodes.some(({ op }) => op === "VarHandleOp")) {
    const number = opened(encoded);
    return { number, close: once(() => sessions.close(number)) };
  }
  const identity = createHash("sha256").update(encoded).update(JSON.stringify(fetched)).digest("hex");
  const session = kept.get(identity) ?? {
    number: opened(encoded),
    identity,
    bytes: encoded.length,
    users: 0,
  };
  kept.set(identity, session);
  session.users++;
  return { number: session.number, close: once(() => letGo(session)) };
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    act();
  };
}

/** A session of TensorFlow, and how many run graphs on it. */
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

/** Sessions that are shared, the one that was let go last at the end. */
const kept = new Map<string, Session>();

function opened(encoded: Uint8Array): number {
  const folder = mkdtempSync(join(tmpdir(), "thaw-graph-"));
  try {
    writeFileSync(join(folder, "saved_model.pb"), encoded);
    return sessions.open(folder, GRAPH_TAG);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function letGo(session: Session): void {
  session.users--;
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
