/** Counts what becomes of an attempt at a stage. */
import { ApplicationFailure, Context } from "@temporalio/activity";
import { toThawError } from "../../spec/errors.js";
import type { MissedArtifact, StageOutcome, StageRequest } from "../../spec/pipeline/activities.js";
import { isCalm } from "../life/calmEnds.js";
import type { StageEnd } from "./definitions.js";
import { type Counted, type Metrics, NO_METRICS } from "./metrics.js";
import { restartCause } from "./restartCause.js";

interface Counting {
  readonly metrics?: Metrics;
}

export const measured = (
  counting: Counting,
  { stage: { kind } }: StageRequest,
  action: () => Promise<StageOutcome>,
): Promise<StageOutcome> => counted(counting, kind, action, ({ cached }) => cached);

/** How long it waited and took, how it ended, and what ended the attempt before. */
export async function counted<Outcome>(
  { metrics = NO_METRICS }: Counting,
  kind: Counted,
  action: () => Promise<Outcome>,
  isCached: (outcome: Outcome) => boolean,
): Promise<Outcome> {
  const activity = Context.current();
  const { attempt, currentAttemptScheduledTimestampMs: scheduled } = activity.info;
  // The server's clock may be ahead of this machine's.
  metrics.stageQueued(kind, Math.max(0, Date.now() - scheduled) / 1000);
  if (attempt > 1) void restartCause(activity).then(metrics.stageRestarted);
  const seconds = stopwatch();
  try {
    const outcome = await action();
    metrics.stageEnded(kind, isCached(outcome) ? "cached" : "computed", seconds());
    return outcome;
  } catch (error) {
    metrics.stageEnded(kind, endOf(error, activity), seconds());
    throw error;
  }
}

/** A look-up is the whole stage where it finds something. */
export async function measuredLookUp<Found extends StageOutcome | MissedArtifact | undefined>(
  { metrics = NO_METRICS }: Counting,
  { stage: { kind } }: StageRequest,
  lookUp: () => Promise<Found>,
): Promise<Found> {
  const seconds = stopwatch();
  const found = await lookUp();
  if (found !== undefined && "artifact" in found) metrics.stageEnded(kind, "cached", seconds());
  return found;
}

function endOf(error: unknown, { cancellationSignal }: Context): StageEnd {
  if (cancellationSignal.aborted) return "stopped";
  const code = error instanceof ApplicationFailure ? error.type : toThawError(error, "ENGINE_FAILED").code;
  return isCalm(code) ? "stopped" : "failed";
}

function stopwatch(): () => number {
  const started = performance.now();
  return () => (performance.now() - started) / 1000;
}
