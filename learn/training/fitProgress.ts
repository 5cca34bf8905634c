/** How far training is, for people who watch. */
import type { Progress } from "../../spec/records/training.js";
import type { FitState } from "./fitState.js";

/** In steps, or in seconds where the time decides; with the last validation accuracy, if there is one. */
export function progressOf(
  { epoch, done, history }: FitState,
  total: number,
  seconds: number,
  { epochs, secondsBudget }: { readonly epochs: number; readonly secondsBudget?: number },
): Pick<Progress, "phase" | "step" | "total" | "etaSeconds" | "validationAccuracy"> {
  const last = history.at(-1);
  const accuracy = last === undefined ? {} : { validationAccuracy: rounded(last.validationAccuracy) };
  if (secondsBudget === undefined) {
    const etaSeconds = Math.round((seconds / done) * (total - done));
    return { phase: `epoch ${epoch + 1}/${epochs}`, step: done, total, etaSeconds, ...accuracy };
  }
  const whole = Math.round(secondsBudget);
  const step = Math.min(Math.round(seconds), whole);
  const phase = `epoch ${epoch + 1}, seconds`;
  return { phase, step, total: whole, etaSeconds: whole - step, ...accuracy };
}

/** The progress at the end of an epoch, with its record. */
export function epochEnded({ history }: FitState, progress: Progress): Progress {
  const epochEnd = history.at(-1);
  return epochEnd === undefined ? progress : { ...progress, loss: rounded(epochEnd.loss), epochEnd };
}

/** Four significant digits: progress is read by people. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
