/** Picks from the stream of a stage's progress what a log needs: ends of epochs, new phases, and now and then how far it is. */
import type { LogFields } from "../../spec/log.js";
import { outageText } from "../../spec/records/outage.js";
import type { EpochRecord, Progress } from "../../spec/records/training.js";

export interface ProgressLine {
  readonly message: string;
  readonly fields: LogFields;
}

/** A stage of an hour then has some hundred lines; who wants it closer watches the run. */
const MILESTONE_MS = 10_000;

/** @returns what to log of each progress, if anything; keeps the state between two */
export function progressLines(
  now: () => number = Date.now,
): (progress: Progress) => ProgressLine | undefined {
  let phase = "";
  let saidAt = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const { epochEnd, ...live } = progress;
    const isNew = kindOf(live.phase) !== phase;
    const isDue = now() - saidAt >= MILESTONE_MS;
    if (epochEnd === undefined && !isNew && !isDue) return undefined;
    phase = kindOf(live.phase);
    saidAt = now();
    return epochEnd === undefined
      ? { message: milestone(live), fields: { ...live } }
      : { message: epochMessage(live.phase, epochEnd), fields: { phase: live.phase, ...epochEnd } };
  };
}

/** `epoch 3/8` and `epoch 4/8` are one phase. */
function kindOf(phase: string): string {
  return phase.replace(/\d+/g, "#");
}

function milestone({ phase, step, total, loss, imagesPerSecond, etaSeconds, outage }: Progress): string {
  const away = outage === undefined ? [] : [`${outageText(outage, universal)}: ${outage.why}`];
  // One step is no scale: the phase says all.
  if (total === 1) return [phase, ...away].join(", ");
  return [
    `${phase}: ${step}${total > 0 ? ` of ${total}` : ""}`,
    ...away,
    ...(loss === undefined ? [] : [`loss ${loss.toPrecision(4)}`]),
    ...(imagesPerSecond === undefined ? [] : [`${Math.round(imagesPerSecond)} images/s`]),
    ...(etaSeconds === undefined ? [] : [`about ${Math.round(etaSeconds)} s to go`]),
  ].join(", ");
}

/** Whoever reads it later may sit anywhere. */
const universal = (time: Date): string => `${time.toISOString().slice(11, 16)} UTC`;

function epochMessage(phase: string, record: EpochRecord): string {
  const { loss, accuracy, validationLoss, validationAccuracy, learningRate, seconds, averaged } = record;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    `${phase} ended: loss ${loss.toPrecision(4)}, accuracy ${percent(accuracy)}`,
    `validation loss ${validationLoss.toPrecision(4)}, accuracy ${percent(validationAccuracy)}`,
    ...(averaged === true ? ["of the weights' average"] : []),
    `rate ${learningRate.toPrecision(3)}`,
    `${seconds.toFixed(1)} s`,
  ].join(", ");
}
