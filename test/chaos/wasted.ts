/** Steps of training that were computed again: what a stage had told before it was hit, less where it went on. */
import type { LogLine } from "../../spec/log.js";
import type { Store } from "../../store/connection/connection.js";
import { listLogChunks, readLogChunk } from "../../store/records/logs.js";
import type { Happened } from "./disturbedRun.js";

export interface Wasted {
  readonly happened: Happened;
  /** Told before the blow, with the seconds that it was old. */
  readonly told: number;
  /** Done by the checkpoint that the next attempt went on from. */
  readonly resumed: number;
  /** Computed again. */
  readonly steps: number;
  /** What that took, at the pace of the undisturbed stage as a whole. */
  readonly seconds: number;
}

/** The first step that an attempt told of itself, in steps of the whole stage. */
interface FirstStep {
  readonly stage: string;
  readonly attempt: number;
  readonly step: number;
}

/** Of work that a kill without warning may cost. */
export const MOST_WASTED_SECONDS = 30;

/**
 * For each blow that ended an attempt in the middle of its epochs; those whose next attempt left no log are left out.
 * @param stages with the seconds that each takes undisturbed
 */
export async function wastedSteps(
  store: Store,
  runId: string,
  happened: readonly Happened[],
  stages: ReadonlyMap<string, number>,
): Promise<readonly Wasted[]> {
  const firsts = await firstSteps(store, runId);
  return happened.flatMap((one): Wasted[] => {
    const { told, stage, attempt } = one;
    // The comparison from random weights tells seconds, not steps.
    if (told === undefined || !/^epoch \d+\/\d+$/.test(told.phase)) return [];
    const next = firsts.find((first) => first.stage === stage && first.attempt > attempt);
    if (next === undefined) return [];
    const resumed = next.step - 1;
    const steps = Math.max(0, told.step - resumed);
    const seconds = steps * ((stages.get(stage) ?? 0) / Math.max(1, told.total));
    return [{ happened: one, told: told.step, resumed, steps, seconds }];
  });
}

async function firstSteps(store: Store, runId: string): Promise<readonly FirstStep[]> {
  const chunks = await listLogChunks(store, runId);
  const firsts = new Map<string, FirstStep>();
  for (const chunk of chunks.toSorted((a, b) => a.attempt - b.attempt || a.number - b.number)) {
    for (const line of await readLogChunk(store, chunk)) {
      const place = `${chunk.stage}/${chunk.attempt}`;
      const step = stepOf(line);
      if (step !== undefined && !firsts.has(place))
        firsts.set(place, { stage: chunk.stage, attempt: chunk.attempt, step });
    }
  }
  return [...firsts.values()];
}

/** A new phase is logged with its first step. */
function stepOf({ phase, step, epochEnd, epoch }: LogLine): number | undefined {
  if (typeof phase !== "string" || !phase.startsWith("epoch ")) return undefined;
  return typeof step === "number" && epochEnd === undefined && epoch === undefined ? step : undefined;
}
