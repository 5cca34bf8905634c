/** A control activity's heartbeats: without them the death of its worker would be noticed when its time is over, in minutes. */
import { Context } from "@temporalio/activity";

/** Several of them lie within the time that the server allows for (`workflows/`). */
const BEAT_MS = 2_000;

/** Wraps an activity: it beats, without news, as long as it works; a local one does not. */
export function withSignsOfLife<Request, Result>(
  activity: (request: Request) => Promise<Result>,
): (request: Request) => Promise<Result> {
  return async (request) => {
    const context = Context.current();
    // A local one is part of a workflow's task: the server knows nothing of it, and no beat is missed.
    if (context.info.isLocal) return activity(request);
    context.heartbeat();
    const timer = setInterval(() => context.heartbeat(), BEAT_MS);
    try {
      return await activity(request);
    } finally {
      clearInterval(timer);
    }
  };
}
