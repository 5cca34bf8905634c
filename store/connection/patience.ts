/** Waits outages of the store out, within one call. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Outage } from "../../spec/records/outage.js";

/** How long calls of a store are repeated while it does not answer. */
export interface Patience {
  readonly milliseconds: number;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /** Hears of each failure that is waited out, and of `undefined` when a later try has succeeded. */
  readonly onOutage?: (outage: Outage | undefined) => void;
}

/** Pauses between two tries double from the first to the longest. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Repeats `call` until it succeeds, fails in a way that waiting does not heal, or patience has run out.
 * @param heals whether a later try may succeed
 * @throws what the last try threw; the signal's reason when that was aborted
 */
export async function patiently<T>(
  patience: Patience | undefined,
  heals: (error: unknown) => boolean,
  call: () => Promise<T>,
): Promise<T> {
  const began = performance.now();
  let outage: Outage | undefined;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      const result = await call();
      if (outage !== undefined) patience?.onOutage?.(undefined);
      return result;
    } catch (error) {
      const isOver = patience === undefined || performance.now() - began >= patience.milliseconds;
      if (isOver || !heals(error)) throw error;
      outage = oneMore(outage, error);
      patience.onOutage?.(outage);
      const { signal } = patience;
      await sleep(pause, undefined, signal && { signal }).catch(() => {
        throw signal?.reason;
      });
    }
  }
}

/** An outage after another failure. */
export function oneMore(outage: Outage | undefined, error: unknown): Outage {
  return {
    since: outage?.since ?? new Date().toISOString(),
    tries: (outage?.tries ?? 0) + 1,
    why: error instanceof Error ? error.message : String(error),
  };
}
