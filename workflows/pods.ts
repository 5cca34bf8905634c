/**
 * The pod that trains a run: made when the first stage has to be computed, watched beside the stages, removed at the end.
 * Stages with settings of their own have another one, in its place: at any time there is one (`podLanes.ts`: one a lane).
 */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
} from "@temporalio/workflow";
import type { ErrorCode } from "../spec/errors.js";
import type { ControlActivities } from "../spec/pipeline/activities.js";
import { CONTROL_QUEUE, LOCAL_TRAINING_QUEUE, type RunInput } from "../spec/pipeline/run.js";
import { type PodGroup, podGroupOf } from "../spec/pods/groups.js";
import { type PodState, podQueue } from "../spec/pods/pod.js";
import type { PodRequest } from "../spec/pods/request.js";
import type { PodStage } from "../spec/pods/stages.js";
import { PATIENCE } from "./patience.js";

export interface TrainingPlace {
  /**
   * Runs a stage where the training worker for stages of its kind is.
   * @param stage is told the worker's queue, and whether an attempt before was killed because it used too much memory
   */
  during<T>(kind: PodStage, stage: (queue: string, shortOfMemory: boolean) => Promise<T>): Promise<T>;
  /**
   * Workers that are not needed are let go.
   * @param later of the stages that have not begun
   * @param now of those that begin at once, or have begun: they may be looked up still, and need a worker then
   */
  keepFor(later: readonly PodStage[], now: readonly PodStage[]): void;
  /** Workers that no stage is at are let go: the next one may have to wait for another. */
  release(): Promise<void>;
}

export const localWorker: TrainingPlace = {
  during: (_kind, stage) => stage(LOCAL_TRAINING_QUEUE, false),
  keepFor: () => undefined,
  release: async () => undefined,
};

/** An activity that calls the API server, which may be away for a while. */
const CALL_TIME = "2 minutes";
/** The pod may live for days; that somebody watches it is shown by heartbeats, every two seconds. */
const WATCH_TIME = "30 days";
const HEARTBEAT_TIME = "15 seconds";
/** A node that is lost holds its pod for minutes; then `thaw gc` and the Job's TTL are left. */
const STOP_ATTEMPTS = 5;

/** One pod of the run, from the wish for it until it is let go. */
interface Life {
  readonly group: PodGroup | undefined;
  readonly scope: CancellationScope;
  readonly end: Promise<never>;
  /** Undefined until a Job is asked for. */
  number: number | undefined;
  /** Whether that one is made. */
  made: boolean;
}

export interface PodLane {
  /** @see TrainingPlace.during */
  during<T>(kind: PodStage, stage: (queue: string, shortOfMemory: boolean) => Promise<T>): Promise<T>;
  release(): Promise<void>;
  /** The pod that there is, or that is waited for. */
  has(): { readonly group: PodGroup | undefined } | undefined;
  /** News of a pod of this lane. */
  told(state: PodState): void;
}

export interface LaneOf {
  readonly run: RunInput;
  /** From 2; absent for the first, whose things have the run's name alone. */
  readonly lane?: number;
  readonly show: (state: PodState | undefined) => void;
  /** Numbers the run's Jobs, from 1. */
  readonly next: () => number;
}

export function podLane({ run, lane, show, next }: LaneOf): PodLane {
  let life: Life | undefined;
  let stopping: Promise<void> = Promise.resolve();
  /** Pods of the present Job that have ended. */
  let ended = 0;
  let onMemoryKill: (() => void) | undefined;

  const told = (state: PodState): void => {
    // What is said of a pod that was let go may come late.
    if (!life?.made || state.group !== life.group) return;
    const isNew = (state.ended ?? 0) > ended;
    ended = state.ended ?? 0;
    if (isNew && state.lastEnd?.reason === "out-of-memory") onMemoryKill?.();
    show(state);
  };

  const begin = (group: PodGroup | undefined): Life => {
    const request = requestFor(run, group, lane);
    const scope = new CancellationScope();
    const live = async (): Promise<never> => {
      await stopping;
      // A Job that somebody deletes is made again.
      for (;;) {
        const number = next();
        begun.number = number;
        begun.made = false;
        ended = 0;
        await activities(`start-pod-${number}`, "create the run's Job").startPod(request);
        begun.made = true;
        await watching(`watch-pod-${number}`).watchPod(request);
      }
    };
    const begun: Life = { group, scope, number: undefined, made: false, end: scope.run(live) };
    // Whoever waits for a stage hears of it.
    begun.end.catch(() => undefined);
    return begun;
  };

  const release = (): Promise<void> => {
    const was = life;
    life = undefined;
    if (was === undefined) return stopping;
    show(undefined);
    was.scope.cancel();
    const { number, group } = was;
    // It waited for the end of the one before.
    if (number === undefined) return stopping;
    // Also when the run is cancelled, and before anybody makes the next Job.
    stopping = CancellationScope.nonCancellable(() =>
      activities(`stop-pod-${number}`, "delete the run's Job", STOP_ATTEMPTS).stopPod(
        requestFor(run, group, lane),
      ),
    ).catch(() => undefined);
    return stopping;
  };

  return {
    during: async (kind, stage) => {
      const group = podGroupOf(run.file, kind);
      for (let shortOfMemory = false; ; shortOfMemory = true) {
        if (life?.group !== group) void release();
        life ??= begin(group);
        const killed = new Promise<"killed">((resolve) => {
          onMemoryKill = () => resolve("killed");
        });
        const work = new CancellationScope();
        const done = work.run(() => stage(podQueue(run.runId, group, lane), shortOfMemory));
        const stop = async (): Promise<void> => {
          work.cancel();
          await done.catch(() => undefined);
        };
        try {
          const first = await Promise.race([done.then((result) => ({ result })), killed, life.end]);
          if (first !== "killed") return first.result;
          await stop();
          if (shortOfMemory || run.file.on_out_of_memory === "fail") throw outOfMemory();
        } catch (error) {
          await stop();
          throw ofThePod(error);
        } finally {
          onMemoryKill = undefined;
        }
      }
    },
    release,
    has: () => life,
    told,
  };
}

function requestFor(run: RunInput, group: PodGroup | undefined, lane: number | undefined): PodRequest {
  return { run, ...(group === undefined ? {} : { group }), ...(lane === undefined ? {} : { lane }) };
}

function activities(activityId: string, summary: string, maximumAttempts = 0): ControlActivities {
  return proxyActivities<ControlActivities>({
    activityId,
    summary,
    taskQueue: CONTROL_QUEUE,
    startToCloseTimeout: CALL_TIME,
    heartbeatTimeout: HEARTBEAT_TIME,
    retry: maximumAttempts === 0 ? PATIENCE : { ...PATIENCE, maximumAttempts },
  });
}

function watching(activityId: string): ControlActivities {
  return proxyActivities<ControlActivities>({
    activityId,
    summary: "watch the run's pod",
    taskQueue: CONTROL_QUEUE,
    startToCloseTimeout: WATCH_TIME,
    heartbeatTimeout: HEARTBEAT_TIME,
    retry: PATIENCE,
  });
}

function outOfMemory(): ApplicationFailure {
  return ApplicationFailure.create({
    message: "the stage's pod was killed because it used more memory than it has",
    type: "OUT_OF_MEMORY" satisfies ErrorCode,
    nonRetryable: true,
    details: [{ hint: "raise resources.memory of its pod, or lower batch_size" }],
  });
}

/** A failure of the pod is the stage's, and the activity that noticed it no matter. */
function ofThePod(error: unknown): unknown {
  const isOfPod =
    error instanceof ActivityFailure && error.activityId !== undefined && POD_ACTIVITY.test(error.activityId);
  return isOfPod && !isCancellation(error) ? (error.cause ?? error) : error;
}

const POD_ACTIVITY = /^(start|watch|stop)-pod-\d+$/;
