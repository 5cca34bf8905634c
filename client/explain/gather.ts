/** Looks at a run from all sides and explains it. */
import { type WorkflowExecutionDescription, WorkflowFailedError } from "@temporalio/client";
import { z } from "zod";
import type { LogLine } from "../../spec/log.js";
import { depthDecisionSchema } from "../../spec/schemas/records/depth.js";
import { autoPrecisionSchema } from "../../spec/schemas/records/training.js";
import type { Store } from "../../store/connection/connection.js";
import { listLogChunks, readLogChunk } from "../../store/records/logs.js";
import { mergeLines } from "../logs/mergeLines.js";
import { isAboutPod } from "../runs/stageOfActivity.js";
import type { RunView } from "../runs/watch.js";
import type { Session } from "../session.js";
import { temporalCall } from "../temporal/call.js";
import { fetchEvents, inputIn } from "../temporal/eventHistory.js";
import { describeRun } from "../temporal/executions.js";
import { lastFailureOf } from "../temporal/pendingActivities.js";
import { findWaitingQueues } from "../temporal/pollers.js";
import { versionOf, withoutPriorities } from "../temporal/priorities.js";
import { causesOf } from "./causes.js";
import { explain } from "./explain.js";
import type { Explanation, QueuePriority, Situation } from "./situation.js";
import { taskOf } from "./tasks.js";

/**
 * @param view of the run, as `getRun` gives it
 * @param workerDown that a worker on this machine is down, and what starts it
 * @throws ThawError TEMPORAL_UNREACHABLE, STORE_…
 */
export async function explainRun(
  session: Session,
  view: RunView,
  workerDown: string | undefined,
): Promise<Explanation> {
  const run = view.status === "running" ? await describeRun(session, view.runId) : undefined;
  const now = new Date();
  const tasks = (run?.raw.pendingActivities ?? [])
    .filter(({ activityId }) => !isAboutPod(activityId ?? ""))
    .map((activity) => taskOf(activity, now));
  const podTrouble = (run?.raw.pendingActivities ?? []).find(
    ({ activityId, lastFailure }) => isAboutPod(activityId ?? "") && lastFailure,
  );
  const troubled = view.failure?.stage ?? tasks.find(({ lastFailure }) => lastFailure !== undefined)?.stage;
  const waiting = run === undefined ? [] : await findWaitingQueues(session, run);
  const isBehind = waiting.some(({ served }) => served === "busy");
  const priority = run !== undefined && isBehind ? await priorityIn(session, run) : undefined;
  const decided = await decidedBefore(session, view.runId);
  return explain({
    view,
    ...decided,
    tasks,
    waiting,
    ...(priority === undefined ? {} : { priority }),
    ...(podTrouble === undefined ? {} : { podTrouble: lastFailureOf(podTrouble) }),
    causes: view.failure === undefined ? [] : await readCauses(session, view.runId),
    lastLines: troubled === undefined ? [] : await readLastLines(session.store, view.runId, troubled),
    ...(workerDown === undefined ? {} : { workerDown }),
    embedded: session.platform.embedded,
  });
}

/** Undefined from a server that knows of none. */
async function priorityIn(
  session: Session,
  { raw }: WorkflowExecutionDescription,
): Promise<QueuePriority | undefined> {
  const key = raw.workflowExecutionInfo?.priority?.priorityKey;
  if (!key) return undefined;
  const version = await temporalCall(session, "asking for the server's version", () =>
    versionOf(session.temporal.connection),
  );
  return { key, heeded: withoutPriorities(version) === undefined };
}

/** From the run's input: nothing of a run that Temporal has forgotten, and no depth of one that no retraining has started. */
async function decidedBefore(
  session: Session,
  runId: string,
): Promise<Pick<Situation, "depth" | "autoPrecision">> {
  const history = await fetchEvents(session, runId).catch(() => undefined);
  const input = history && inputIn(history);
  const depth = z.object({ depth: depthDecisionSchema }).safeParse(input).data;
  const precision = z.object({ autoPrecision: autoPrecisionSchema }).safeParse(input).data;
  return { ...depth, ...precision };
}

async function readCauses(session: Session, runId: string): Promise<readonly string[]> {
  try {
    await temporalCall(session, "reading the run's end", () =>
      session.temporal.workflow.getHandle(runId).result(),
    );
    return [];
  } catch (error) {
    if (error instanceof WorkflowFailedError) return causesOf(error.cause);
    throw error;
  }
}

const LAST_LINES = 10;
/** The last chunks of an attempt may be of a line each, when the engine dies. */
const LAST_CHUNKS = 4;

async function readLastLines(store: Store, runId: string, stage: string): Promise<readonly LogLine[]> {
  const chunks = (await listLogChunks(store, runId))
    .filter((chunk) => chunk.stage === stage)
    .toSorted((a, b) => a.modified.getTime() - b.modified.getTime() || a.number - b.number)
    .slice(-LAST_CHUNKS);
  const read = await Promise.all(
    chunks.map(async (chunk) => ({ chunk, lines: await readLogChunk(store, chunk) })),
  );
  return mergeLines(read).slice(-LAST_LINES);
}
