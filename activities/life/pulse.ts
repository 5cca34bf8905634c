/** An attempt's heartbeats: every two seconds, with the last progress and how old it is. */
import type { Progress } from "../../spec/records/training.js";

/** A server that hears nothing for ten seconds (`workflows/`) starts another attempt; one beat may be lost. */
const BEAT_MS = 2_000;

export interface Pulse {
  /** @param at when the news were made, by `performance.now()` */
  report(progress: Progress, at?: number): void;
  stop(): void;
}

/**
 * Beats until it is stopped. That is no claim without evidence: the engine's process is killed when it hangs
 * (`engine/watchdog.ts`), calls of the store end when nothing moves (`store/connection/transport.ts`), and this timer
 * stands still when the worker does.
 */
export function startPulse(heartbeat: (progress: Progress) => void, everyMs: number = BEAT_MS): Pulse {
  let last: Progress = { phase: "looking for the artifact", step: 0, total: 1 };
  let lastAt = performance.now();
  const beat = (): void => {
    const ageSeconds = Math.round((performance.now() - lastAt) / 1000);
    heartbeat(ageSeconds === 0 ? last : { ...last, ageSeconds });
  };
  beat();
  const timer = setInterval(beat, everyMs);
  return {
    report: (progress, at = performance.now()) => {
      last = progress;
      lastAt = at;
      beat();
    },
    stop: () => clearInterval(timer),
  };
}
