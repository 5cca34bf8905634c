/**
 * What a worker counts, and under which names. Prometheus' rules: base units, `_total` for counters, labels with few
 * values: kinds of stages, models, causes, and never runs.
 */

/** Why an attempt at a stage was not the last one. */
export const RESTART_CAUSES = [
  "worker_lost",
  "worker_leaving",
  "worker_busy",
  "engine_died",
  "out_of_memory",
  "disk_full",
  "store_unreachable",
  "timeout",
  "fenced",
  "other",
] as const;
export type RestartCause = (typeof RESTART_CAUSES)[number];

/** Why a pod of a run ended before its run did: reasons of `spec/pods/pod.ts`. */
export const POD_RESTART_CAUSES = [
  "preempted",
  "evicted",
  "node-lost",
  "out-of-memory",
  "killed",
  "crashed",
  "leaving",
  "other",
] as const;
export type PodRestartCause = (typeof POD_RESTART_CAUSES)[number];

/** How an attempt at a stage ended; `stopped` is no fault: a pause, a cancellation, a worker that leaves. */
export type StageEnd = "computed" | "cached" | "failed" | "stopped";

export const HISTOGRAMS = {
  stageDuration: {
    name: "thaw_stage_duration_seconds",
    help: "Time that an attempt at a stage took, by kind of stage and outcome; cached: the look-up",
    // A look-up takes a tenth of a second, a stage from seconds to a day.
    buckets: [0.1, 0.5, 1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 43_200, 86_400],
  },
  stageQueue: {
    name: "thaw_stage_queue_seconds",
    help: "Time from an attempt's being scheduled to its start on a worker: waiting for a worker, or for its pod",
    buckets: [0.1, 0.5, 1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600],
  },
  checkpointWrite: {
    name: "thaw_checkpoint_write_seconds",
    help: "Time for which training stood still to write a checkpoint to the local disk",
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  checkpointStore: {
    name: "thaw_checkpoint_store_seconds",
    help: "Time to upload a checkpoint and to prove it, behind the training's back",
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180],
  },
  runCost: {
    name: "thaw_run_cost",
    help: "Cost of completed runs by the price table, in its currency",
    buckets: [0.01, 0.1, 0.5, 1, 5, 10, 50, 100, 500, 1000, 5000],
  },
} as const;

export const COUNTERS = {
  images: { name: "thaw_images_total", help: "Views of images that the engine has gone through" },
  reused: {
    name: "thaw_images_reused_total",
    help: "Views of images whose features were copied from those of earlier runs",
  },
  engineCpu: {
    name: "thaw_engine_cpu_seconds_total",
    help: "Processor time of the engine at work, all threads together, in whole seconds",
  },
  gpuHeld: {
    name: "thaw_gpu_held_seconds_total",
    help: "Time of stages at work, times the GPUs that their worker has; not how busy they were",
  },
  checkpointSent: {
    name: "thaw_checkpoint_sent_bytes_total",
    help: "Bytes of checkpoints that were sent to the store",
  },
  stageRestarts: {
    name: "thaw_stage_restarts_total",
    help: "Further attempts at a stage that has no result yet, by what ended the attempt before",
  },
  podRestarts: {
    name: "thaw_pod_restarts_total",
    help: "Pods that ended before their run did, by cause",
  },
} as const;

export const GAUGES = {
  checkpointAge: {
    name: "thaw_checkpoint_age_seconds",
    help: "Work that a kill would cost now: time since the last stored checkpoint; 0 while nothing trains",
  },
  checkpointSize: { name: "thaw_checkpoint_size_bytes", help: "Size of the last stored checkpoint" },
} as const;

/** For the exporter, which has one set of buckets for all histograms otherwise. */
export const HISTOGRAM_BUCKETS: Record<string, number[]> = Object.fromEntries(
  Object.values(HISTOGRAMS).map(({ name, buckets }) => [name, [...buckets]]),
);
