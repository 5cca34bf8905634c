/** Errors of other programs' making, as they may go into a workflow's history: it is kept, and everybody reads it. */
import { masked } from "./masked.js";

/** Causes of causes beyond that say nothing new. */
const DEEPEST = 5;
/** A client may put a whole answer into its message; payloads of a history are bounded. */
const LONGEST = 4_000;

/** A copy with name, message, stack and causes, masked, and without what clients hang on to their errors: requests, headers. */
export function maskedError(error: Error, depth = 0): Error {
  const { name, message, stack, cause } = error;
  const copy = new Error(shown(message));
  copy.name = name;
  copy.stack = shown(stack ?? "");
  if (cause === undefined || depth >= DEEPEST) return copy;
  copy.cause = cause instanceof Error ? maskedError(cause, depth + 1) : shown(String(cause));
  return copy;
}

const shown = (text: string): string => masked(text).slice(0, LONGEST);
