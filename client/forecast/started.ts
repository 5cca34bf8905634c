/** What a run will take that has started already, and does not wait for the answer. */
import { ThawError } from "../../spec/errors.js";
import type { RunFile } from "../../spec/runFile/runFile.js";
import type { ListedSource } from "../images/list.js";
import { type PlanContext, planRun } from "../plan/plan.js";
import { type PlannedTime, timeOfPlan } from "./planned.js";

/** Whoever starts a run in a script waits no longer: images that are read for the first time can be many gigabytes. */
const MOST_MS = 10_000;

/** Of a run: undefined `time` where nothing has to be computed; or why it cannot be told. */
export type StartedForecast =
  | { readonly time: PlannedTime | undefined }
  /** One clause without a full stop. */
  | { readonly unknown: string };

/**
 * @param engineFingerprint of the TensorFlow build that the training worker has
 * @param signal ends the reading of the images
 * @returns also where the images or the store cannot be read from here: the run may well
 */
export async function forecastOfStarted(
  context: PlanContext,
  file: RunFile,
  source: ListedSource,
  engineFingerprint: string,
  signal = AbortSignal.timeout(MOST_MS),
): Promise<StartedForecast> {
  try {
    const stages = await planRun(context, file, source, engineFingerprint, { signal });
    return { time: await timeOfPlan(context.store, file, source, stages) };
  } catch (error) {
    if (signal.aborted && error === signal.reason)
      return { unknown: `reading the images takes longer than ${MOST_MS / 1000} s here` };
    if (error instanceof ThawError) return { unknown: error.message };
    throw error;
  }
}
