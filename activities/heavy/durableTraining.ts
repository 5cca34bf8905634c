/** One attempt at a stage of training: goes on from the last checkpoint, and leaves one behind when it has to go. */
import { rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { log } from "@temporalio/activity";
import type { RunningJob } from "../../engine/process.js";
import { computeThreads } from "../../engine/threads.js";
import { engineOf } from "../../spec/engine/device.js";
import type { CheckpointIdentity, EngineJob, ResumedFrom } from "../../spec/engine/job.js";
import { ownArithmetic } from "../../spec/engine/processor.js";
import { toThawError } from "../../spec/errors.js";
import type { StageRequest } from "../../spec/pipeline/activities.js";
import type { Outage } from "../../spec/records/outage.js";
import type {
  AppliedChange,
  Interruptions,
  Progress,
  TrainingPosition,
} from "../../spec/records/training.js";
import {
  fetchCheckpoint,
  removeCheckpoints,
  requireUnfenced,
  storeCheckpoint,
} from "../../store/checkpoints/checkpoints.js";
import { claimFence } from "../../store/checkpoints/fences.js";
import type { Store } from "../../store/connection/connection.js";
import { oneMore } from "../../store/connection/patience.js";
import { noteCheckpointTime } from "../../store/records/checkpointTime.js";
import type { TrainingDependencies } from "../context.js";
import type { StageMeter } from "../metrics/stageMeter.js";
import { commandsFor } from "../steering/commands.js";
import { pausedFailure } from "../steering/pausable.js";
import type { TellApplied } from "../steering/reportApplied.js";
import { type CheckpointUploads, checkpointUploads, whenSettled } from "./checkpointUploads.js";
import { newWorkFolder } from "./localArtifacts.js";
import type { StageHooks } from "./runningStages.js";

/** Work that a kill without warning may cost, plus the time of writing and uploading. */
const CHECKPOINT_SECONDS = 20;
/** A worker that is told to leave has this long for the last checkpoint, if nobody says how long it has. */
const LEAVE_MS = 10_000;
/** What a worker needs of its grace besides: to end its engine and itself. */
const FAREWELL_MS = 5_000;
const STORE_RETRY_MS = 2000;
/** How often it is said that a paused stage's checkpoint is still on its way. */
const STORING_NEWS_MS = 1000;

const messageOf = (error: unknown): string => toThawError(error, "STORE_UNREACHABLE").message;

type TrainingJob = Extract<EngineJob, { kind: "head" | "tune" | "scratch" }>;

export function isTraining(job: EngineJob): job is TrainingJob {
  return job.kind === "head" || job.kind === "tune" || job.kind === "scratch";
}

/** A stage of unfreezing computes its activations where they are not kept; a head has its features in an artifact. */
function bfloat16Of({ kind, precision }: TrainingJob): Pick<CheckpointIdentity, "bfloat16"> {
  const isNarrow = kind === "tune" && precision !== undefined && precision.used !== "float32";
  return isNarrow ? { bfloat16: ownArithmetic() } : {};
}

/** What a stage is given besides: it is metered, and attempts before may have held a worker for so many seconds. */
export interface MeteredHooks extends StageHooks {
  readonly meter: StageMeter;
  readonly heldBefore: number;
}

export interface Trained {
  readonly summary: unknown;
  /** What somebody changed on the way; part of the artifact's key. */
  readonly changes: readonly AppliedChange[];
  /** Call before the artifact is committed. @throws ThawError FENCED when this attempt is not the last one */
  readonly beforeCommit: () => Promise<void>;
  /** Call when the artifact is committed: its checkpoints are removed. */
  readonly afterCommit: () => Promise<void>;
}

/**
 * @param uploadStore for checkpoints, which are tried again and again while training goes on
 * @param tell hears where commands took effect
 * @param stageKey key of the stage as the run file has it
 * @throws ApplicationFailure of type PAUSED that says where, with its checkpoint in the store; ThawError FENCED, WORKER_STOPPING, or what the job failed with
 */
export async function trainDurably(
  dependencies: TrainingDependencies,
  uploadStore: Store,
  request: StageRequest,
  stageKey: string,
  job: TrainingJob,
  { activity, attempt, report, signal, leaving, meter }: MeteredHooks,
  tell: TellApplied,
): Promise<Trained> {
  const {
    run: { runId: run },
    stage,
  } = request;
  const { store, engine, engineFingerprint, workFolder, graceSeconds } = dependencies;
  const leaveMs = graceSeconds === undefined ? LEAVE_MS : Math.max(1000, 1000 * graceSeconds - FAREWELL_MS);
  const identity: CheckpointIdentity = {
    engine: engineOf(stage, engineFingerprint),
    threads: computeThreads(),
    ...bfloat16Of(job),
  };
  const worker = `${process.pid}@${hostname()}`;
  /** Training goes on meanwhile. */
  let outage: Outage | undefined;
  const tellProgress = (progress: Progress): void =>
    report(outage === undefined ? progress : { ...progress, outage });
  const say = (phase: string): void => tellProgress({ phase, step: 0, total: 1 });

  say("looking for a checkpoint");
  const fence = await claimFence(store, stageKey, { run, activity, attempt, worker });
  const spool = await newWorkFolder(workFolder, `${stage.name}-checkpoints`);
  const end = new AbortController();
  /** Seconds of the slowest upload. */
  let slowest = 0;
  const uploads = checkpointUploads({
    put: async (checkpoint, sequence) => {
      const started = performance.now();
      const { bytes, sent } = await storeCheckpoint(uploadStore, fence, sequence, identity, checkpoint);
      const seconds = (performance.now() - started) / 1000;
      slowest = Math.max(slowest, seconds);
      meter.checkpointStored(seconds, bytes, sent);
      outage = undefined;
    },
    // Without checkpoints training would be lost with its worker, and its artifact could not be stored either.
    onRefused: (error) => end.abort(error),
    onFailure: (error) => {
      outage = oneMore(outage, error);
      log.warn(`a checkpoint waits for the store: ${messageOf(error)}`);
    },
    retryMs: STORE_RETRY_MS,
  });
  const commands = commandsFor(uploadStore, request, tell);
  let from: ResumedFrom = { positions: [], refused: [] };
  /** Where training would go on from. */
  let last: TrainingPosition | undefined;
  const changes = new Map<number, AppliedChange>();
  try {
    const fetched = await fetchCheckpoint(
      store,
      stageKey,
      run,
      identity,
      join(spool, "fetched"),
      (sentence) => log.warn(sentence),
    );
    const everySeconds = dependencies.checkpointSeconds ?? CHECKPOINT_SECONDS;
    const resume = fetched === undefined ? [] : [fetched.folder];
    meter.training();
    const running = engine.start(
      { ...job, checkpoints: { folder: join(spool, "written"), everySeconds, identity, resume } },
      {
        signal: end.signal,
        onProgress: tellProgress,
        onProcessorTime: meter.processorTime,
        onCheckpoint: (checkpoint) => {
          last = checkpoint.position;
          meter.checkpointWritten(checkpoint);
          uploads.add(checkpoint);
        },
        onUnwritten: (why) => {
          log.warn(why);
          say(`training goes on without a checkpoint: ${why}`);
        },
        onApplied: (change) => {
          changes.set(change.seq, change);
          commands.applied(change);
        },
        onResumed: (resumed) => {
          from = resumed;
          for (const sentence of resumed.refused) log.warn(sentence);
          const at = resumed.positions.at(-1);
          last = at;
          if (at !== undefined) say(`going on from epoch ${at.epoch + 1}, step ${at.step + 1}`);
        },
      },
    );
    commands.handTo(running);
    const ending = onEnd(signal, leaving, running, end, leaveMs);
    try {
      const summary = await running.result;
      // One that arrived after the stage's were removed would stay until `thaw gc`.
      uploads.close();
      const isSettled = await atMost(leaveMs, uploads.settled());
      const interruptions: Interruptions = {
        ...(from.positions.length === 0 ? {} : { resumed: from.positions }),
        ...(changes.size === 0 ? {} : { changes: [...changes.values()] }),
      };
      return {
        summary: { ...(summary as object), ...interruptions },
        changes: interruptions.changes ?? [],
        beforeCommit: () => requireUnfenced(store, fence),
        afterCommit: async () => {
          await removeCheckpoints(store, stageKey, run);
          if (!isSettled)
            whenSettled(
              uploads,
              () => removeCheckpoints(store, stageKey, run),
              (error) => log.warn(`a late checkpoint stays until thaw gc: ${messageOf(error)}`),
            );
          // The grace of the model's next pods.
          if (graceSeconds !== undefined && slowest > 0)
            await noteCheckpointTime(store, request.run.file.name, slowest);
        },
      };
    } catch (error) {
      const { code } = toThawError(error, "ENGINE_FAILED");
      if (code === "PAUSED") {
        await untilStored(uploads, say);
        throw pausedFailure(last === undefined ? {} : { epoch: last.epoch + 1, step: last.step + 1 });
      }
      if (code === "WORKER_STOPPING") await atMost(ending.msLeft(), uploads.settled());
      if (code === "OUT_OF_MEMORY") {
        // Begun anew at half the batch, the stage has no use for it and removes what is there.
        uploads.close();
        await atMost(leaveMs, uploads.settled());
      }
      throw error;
    } finally {
      ending.forget();
      await commands.end();
    }
  } finally {
    uploads.close();
    await rm(spool, { recursive: true, force: true });
  }
}

interface Ending {
  /** Milliseconds that a worker which leaves still has. */
  msLeft(): number;
  forget(): void;
}

/** A worker that leaves lets the stage write its checkpoint; whoever wants no more of it ends it at once. */
function onEnd(
  signal: AbortSignal,
  leaving: AbortSignal,
  running: RunningJob,
  end: AbortController,
  leaveMs: number,
): Ending {
  let timer: NodeJS.Timeout | undefined;
  let deadline = Number.POSITIVE_INFINITY;
  const stop = (): void => end.abort(signal.reason);
  const leave = (): void => {
    deadline = performance.now() + leaveMs;
    running.control({ kind: "stop", reason: "shutdown" });
    timer = setTimeout(() => end.abort(leaving.reason), leaveMs);
  };
  if (signal.aborted) stop();
  if (leaving.aborted) leave();
  signal.addEventListener("abort", stop);
  leaving.addEventListener("abort", leave);
  return {
    msLeft: () => Math.max(0, Math.min(leaveMs, deadline - performance.now())),
    forget: () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      leaving.removeEventListener("abort", leave);
    },
  };
}

/** @returns whether the work ended in time */
async function atMost(milliseconds: number, work: Promise<void>): Promise<boolean> {
  const done = work.then(() => true);
  return Promise.race([done, sleep(milliseconds, false, { ref: false })]);
}

/** A pause may last for days: it begins when the checkpoint is safe. */
async function untilStored(uploads: CheckpointUploads, say: (phase: string) => void): Promise<void> {
  const news = setInterval(() => say("storing the checkpoint"), STORING_NEWS_MS);
  try {
    await uploads.settled();
  } finally {
    clearInterval(news);
  }
}
