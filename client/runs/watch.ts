/** Looks at a run, once or until it ends. */
import { setTimeout as sleep } from "node:timers/promises";
import type { WorkflowExecutionDescription } from "@temporalio/client";
import type { ArtifactRef } from "../../spec/artifact.js";
import { ThawError } from "../../spec/errors.js";
import type { LiveStage, RunResult } from "../../spec/pipeline/run.js";
import type { PodState } from "../../spec/pods/pod.js";
import type { RunControl } from "../../spec/steering/steering.js";
import type { Warning } from "../../spec/warnings/warning.js";
import { warningsOfStages } from "../../spec/warnings/warnings.js";
import { readRun } from "../../store/records/records.js";
import type { Session } from "../session.js";
import {
  describeRun,
  modelOf,
  pauseOf,
  type RunStatus,
  resumedFromOf,
  statusOf,
} from "../temporal/executions.js";
import { withPending } from "../temporal/pendingActivities.js";
import { lacksWorker } from "../temporal/pollers.js";
import { currentState, fetchHistory } from "./currentStages.js";
import { closeStages } from "./history.js";
import { startOfRun } from "./id.js";
import { type Outcome, outcomeOf, type RunFailure } from "./outcome.js";
import { resolveRunId } from "./resolve.js";

export interface RunView {
  readonly runId: string;
  readonly model: string;
  readonly status: RunStatus;
  readonly startedAt: Date;
  readonly closedAt?: Date;
  readonly stages: readonly LiveStage[];
  /** Of a completed run. */
  readonly result?: RunResult;
  /** Of a run that ended otherwise. */
  readonly failure?: RunFailure;
  /** True when a task of the run waits and no worker serves its queue: the control or training worker is down. */
  readonly noWorker?: boolean;
  /** What the run was told while it went on; absent when that was nothing. */
  readonly control?: RunControl;
  /** The pod that trains, while there is one or it is waited for. */
  readonly pod?: PodState;
  /** Those that work beside it. */
  readonly otherPods?: readonly PodState[];
  /** The run that this one goes on from. */
  readonly resumedFrom?: string;
  /** Of images and figures, as far as the run has come, the strongest first; absent where there are none. */
  readonly warnings?: readonly Warning[];
}

const INTERVAL_MS = 500;
/** A server that restarts is back within seconds, one that is moved within minutes; the run itself does not mind. */
const OUTAGE_MS = 120_000;

/**
 * @param ref a run id, a unique beginning of one, or `latest`
 * @throws ThawError NOT_FOUND, TEMPORAL_UNREACHABLE
 */
export async function getRun(session: Session, ref: string): Promise<RunView> {
  return viewRun(session, await resolveRunId(session, ref));
}

export interface WatchOptions {
  readonly intervalMs?: number;
  /** Ends the watching, not the run. */
  readonly signal: AbortSignal;
}

/**
 * Views of the run, one an interval; the last one is of the closed run, unless watching was aborted. A
 * server that does not answer for two minutes is waited for.
 * @throws ThawError NOT_FOUND, TEMPORAL_UNREACHABLE
 */
export async function* watchRun(
  session: Session,
  ref: string,
  { intervalMs = INTERVAL_MS, signal }: WatchOptions,
): AsyncGenerator<RunView> {
  const runId = await resolveRunId(session, ref);
  let lastSeen = Date.now();
  while (!signal.aborted) {
    try {
      const view = await viewRun(session, runId);
      lastSeen = Date.now();
      yield view;
      if (view.status !== "running") return;
    } catch (error) {
      const isOutage = error instanceof ThawError && error.code === "TEMPORAL_UNREACHABLE";
      if (!isOutage || Date.now() - lastSeen > OUTAGE_MS) throw error;
    }
    await sleep(intervalMs, undefined, { signal }).catch(() => undefined);
  }
}

/** What the run's finished stages have made, also of a run that failed later. */
export function artifactsOf({ stages }: Pick<RunView, "stages">): Readonly<Record<string, ArtifactRef>> {
  return Object.fromEntries(
    stages.flatMap(({ name, artifact }) => (artifact === undefined ? [] : [[name, artifact]])),
  );
}

async function viewRun(session: Session, runId: string): Promise<RunView> {
  const view = await viewUnwarned(session, runId);
  const warnings = view.result?.warnings ?? warningsOfStages(view.stages);
  return warnings.length === 0 ? view : { ...view, warnings };
}

async function viewUnwarned(session: Session, runId: string): Promise<RunView> {
  const run = await describeRun(session, runId);
  if (run === undefined) return viewRecord(session, runId);
  const status = statusOf(run);
  const resumedFrom = resumedFromOf(run);
  const common = {
    runId,
    model: modelOf(run),
    status,
    startedAt: run.startTime,
    ...(resumedFrom === undefined ? {} : { resumedFrom }),
  };
  if (status === "running") return { ...common, ...(await viewRunning(session, run)) };
  return {
    ...common,
    ...(run.closeTime === undefined ? {} : { closedAt: run.closeTime }),
    ...(await viewClosed(session, runId, status)),
  };
}

async function viewRunning(
  session: Session,
  run: WorkflowExecutionDescription,
): Promise<Pick<RunView, "stages" | "noWorker" | "control" | "pod" | "otherPods">> {
  const [{ stages, control, pod, otherPods }, noWorker] = await Promise.all([
    currentState(session, run.workflowId),
    lacksWorker(session, run),
  ]);
  const paused = pauseOf(run);
  const told = control ?? (paused === undefined ? undefined : { paused, commands: [] });
  return {
    stages: withPending(stages, run.raw.pendingActivities ?? []),
    ...(noWorker ? { noWorker } : {}),
    ...(told === undefined ? {} : { control: told }),
    ...(pod === undefined ? {} : { pod }),
    ...(otherPods === undefined ? {} : { otherPods }),
  };
}

/** Of a closed run the history tells all, and needs no worker. */
async function viewClosed(
  session: Session,
  runId: string,
  status: RunStatus,
): Promise<Pick<RunView, "stages" | "control"> & Outcome> {
  const [{ stages }, outcome] = await Promise.all([
    fetchHistory(session, runId),
    outcomeOf(session, session.temporal.workflow.getHandle(runId)),
  ]);
  const isFailure = status === "failed" || status === "timed-out";
  return {
    stages: status === "completed" ? stages : closeStages(stages, isFailure ? "failed" : "cancelled"),
    ...controlOf(outcome.result),
    ...outcome,
  };
}

function controlOf(result: RunResult | undefined): Pick<RunView, "control"> {
  return result?.steering === undefined ? {} : { control: { commands: result.steering } };
}

/** A run that Temporal has forgotten: the store remembers those that ended well. */
async function viewRecord({ store }: Session, runId: string): Promise<RunView> {
  const result = await readRun(store, runId);
  const startedAt = startOfRun(runId);
  if (result === undefined || startedAt === undefined) {
    throw new ThawError("NOT_FOUND", `there is no run "${runId}"`, { hint: "`thaw runs` lists them" });
  }
  const stages = Object.entries(result.artifacts).map(
    ([name, artifact]): LiveStage => ({ name, state: "done", artifact }),
  );
  const { model, resumedFrom } = result;
  return {
    runId,
    model,
    status: "completed",
    startedAt,
    stages,
    ...(resumedFrom === undefined ? {} : { resumedFrom }),
    ...controlOf(result),
    result,
  };
}
