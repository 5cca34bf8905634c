/** The worker's own metrics, beside those of the Temporal SDK and behind the same endpoint. */
import { type MetricMeter, type MetricTags, noopMetricMeter } from "@temporalio/common";
import type { StageKind } from "../../spec/pipeline/stages.js";
import type { QuestionKind } from "../../spec/retraining/retraining.js";
import {
  COUNTERS,
  GAUGES,
  HISTOGRAMS,
  POD_RESTART_CAUSES,
  type PodRestartCause,
  RESTART_CAUSES,
  type RestartCause,
  type StageEnd,
} from "./definitions.js";

/** A kind of stage, or what a retraining asks beside its run. */
export type Counted = StageKind | QuestionKind;

/** What a stage's work is counted for. */
export interface StageLabels {
  readonly stage: Counted;
  /** `name` of the run file. */
  readonly model: string;
}

/** Times in seconds. */
export interface Metrics {
  /** Restarts as nought, so that the first one is seen as an increase. */
  begin(worker: "control" | "training"): void;
  stageEnded(stage: Counted, outcome: StageEnd, seconds: number): void;
  stageQueued(stage: Counted, seconds: number): void;
  stageRestarted(cause: RestartCause): void;
  podRestarted(cause: PodRestartCause): void;
  images(labels: StageLabels, count: number): void;
  reused(labels: StageLabels, count: number): void;
  engineCpu(labels: StageLabels, seconds: number): void;
  gpuHeld(labels: StageLabels, seconds: number): void;
  checkpointWritten(stage: Counted, seconds: number): void;
  /** @param bytes of the whole checkpoint @param sent of it, what the store did not have */
  checkpointStored(stage: Counted, seconds: number, bytes: number, sent: number): void;
  checkpointAge(seconds: number): void;
  runCost(currency: string, amount: number): void;
}

/**
 * @param meterOf is asked once, at the first figure: the SDK's runtime is there by then. Not an activity's meter, whose
 * labels have the task queue, and in pods that is one for each run.
 */
export function createMetrics(meterOf: () => MetricMeter): Metrics {
  let made: ReturnType<typeof instruments> | undefined;
  const own = (): ReturnType<typeof instruments> => {
    made ??= instruments(meterOf());
    return made;
  };
  return {
    begin: (worker) => {
      if (worker === "training") for (const cause of RESTART_CAUSES) own().stageRestarts.add(0, { cause });
      else for (const cause of POD_RESTART_CAUSES) own().podRestarts.add(0, { cause });
    },
    stageEnded: (stage, outcome, seconds) => own().stageDuration.record(seconds, { stage, outcome }),
    stageQueued: (stage, seconds) => own().stageQueue.record(seconds, { stage }),
    stageRestarted: (cause) => own().stageRestarts.add(1, { cause }),
    podRestarted: (cause) => own().podRestarts.add(1, { cause }),
    images: (labels, count) => own().images.add(count, { ...labels }),
    reused: (labels, count) => own().reused.add(count, { ...labels }),
    engineCpu: (labels, seconds) => own().engineCpu(seconds, { ...labels }),
    gpuHeld: (labels, seconds) => own().gpuHeld(seconds, { ...labels }),
    checkpointWritten: (stage, seconds) => own().checkpointWrite.record(seconds, { stage }),
    checkpointStored: (stage, seconds, bytes, sent) => {
      own().checkpointStore.record(seconds, { stage });
      own().checkpointSize.set(bytes, { stage });
      own().checkpointSent.add(sent, { stage });
    },
    checkpointAge: (seconds) => own().checkpointAge.set(seconds),
    runCost: (currency, amount) => own().runCost.record(amount, { currency }),
  };
}

/** For whoever counts nothing. */
export const NO_METRICS: Metrics = createMetrics(() => noopMetricMeter);

function instruments(meter: MetricMeter) {
  const counter = ({ name, help }: { readonly name: string; readonly help: string }) =>
    meter.createCounter(name, "", help);
  const histogram = ({ name, help }: { readonly name: string; readonly help: string }) =>
    meter.createHistogram(name, "float", "", help);
  return {
    stageDuration: histogram(HISTOGRAMS.stageDuration),
    stageQueue: histogram(HISTOGRAMS.stageQueue),
    checkpointWrite: histogram(HISTOGRAMS.checkpointWrite),
    checkpointStore: histogram(HISTOGRAMS.checkpointStore),
    runCost: histogram(HISTOGRAMS.runCost),
    images: counter(COUNTERS.images),
    reused: counter(COUNTERS.reused),
    engineCpu: wholeSeconds(counter(COUNTERS.engineCpu)),
    gpuHeld: wholeSeconds(counter(COUNTERS.gpuHeld)),
    checkpointSent: counter(COUNTERS.checkpointSent),
    stageRestarts: counter(COUNTERS.stageRestarts),
    podRestarts: counter(COUNTERS.podRestarts),
    checkpointAge: meter.createGauge(GAUGES.checkpointAge.name, "float", "", GAUGES.checkpointAge.help),
    checkpointSize: meter.createGauge(GAUGES.checkpointSize.name, "int", "", GAUGES.checkpointSize.help),
  };
}

/** The SDK's counters hold whole numbers and cut the rest off: what is left of a second waits for the next figure. */
function wholeSeconds(counter: { add(value: number, tags: MetricTags): void }) {
  const rests = new Map<string, number>();
  return (seconds: number, tags: MetricTags): void => {
    const series = JSON.stringify(tags);
    const all = (rests.get(series) ?? 0) + seconds;
    counter.add(Math.floor(all), tags);
    rests.set(series, all % 1);
  };
}
