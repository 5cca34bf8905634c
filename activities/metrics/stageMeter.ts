/** Follows a stage at work: what it goes through, what it holds, how old its last checkpoint is. */
import type { WrittenCheckpoint } from "../../spec/engine/job.js";
import type { Progress } from "../../spec/records/training.js";
import type { Metrics, StageLabels } from "./metrics.js";

/** More often than anybody asks. */
const TICK_MS = 5_000;

export interface StageMeter {
  /** Counts its images. @returns the progress without what is only for this */
  progress(progress: Progress): Progress;
  /** Hears of processor time that the engine has used. */
  processorTime(seconds: number): void;
  /** Training begins, from a checkpoint or without one. */
  training(): void;
  checkpointWritten(checkpoint: WrittenCheckpoint): void;
  checkpointStored(seconds: number, bytes: number, sent: number): void;
  /** The stage is begun once more within the attempt. */
  outOfMemory(): void;
  /** What the stage has used so far, in seconds. */
  used(): { readonly seconds: number; readonly cpuSeconds: number };
  stop(): void;
}

/** @param gpus of the worker */
export function meterStage(metrics: Metrics, labels: StageLabels, gpus: number): StageMeter {
  const { stage } = labels;
  const started = performance.now();
  let cpuSeconds = 0;
  let countedTo = started;
  let storedAt: number | undefined;
  const secondsSince = (time: number): number => (performance.now() - time) / 1000;
  const tick = (): void => {
    const seconds = secondsSince(countedTo);
    countedTo = performance.now();
    if (gpus > 0) metrics.gpuHeld(labels, gpus * seconds);
    if (storedAt !== undefined) metrics.checkpointAge(secondsSince(storedAt));
  };
  const timer = setInterval(tick, TICK_MS);
  timer.unref();
  return {
    progress: ({ images = 0, reused, ...progress }) => {
      if (images > 0) metrics.images(labels, images);
      // Nought as well, so that the first ones are seen as an increase.
      if (reused !== undefined) metrics.reused(labels, reused);
      return progress;
    },
    processorTime: (seconds) => {
      cpuSeconds += seconds;
      metrics.engineCpu(labels, seconds);
    },
    training: () => {
      storedAt = performance.now();
      metrics.checkpointAge(0);
    },
    checkpointWritten: ({ seconds }) => metrics.checkpointWritten(stage, seconds),
    checkpointStored: (seconds, bytes, sent) => {
      storedAt = performance.now() - 1000 * seconds;
      metrics.checkpointStored(stage, seconds, bytes, sent);
      metrics.checkpointAge(seconds);
    },
    outOfMemory: () => metrics.stageRestarted("out_of_memory"),
    used: () => ({ seconds: secondsSince(started), cpuSeconds }),
    stop: () => {
      clearInterval(timer);
      tick();
      if (storedAt !== undefined) metrics.checkpointAge(0);
    },
  };
}
