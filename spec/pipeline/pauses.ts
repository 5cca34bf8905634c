/** For how long pauses have held a stage: what it took is told without them, by the run itself and from its history. */

/** In one unit of time, whichever. */
export interface StagePauses {
  /** Of the pauses that are over, and of the one that goes on up to `since`. */
  readonly over: number;
  /** Since when one goes on. */
  readonly since?: number;
}

/** @param isHeld whether a pause holds the stage from now on */
export function heldBy(pauses: StagePauses | undefined, isHeld: boolean, now: number): StagePauses {
  const { over = 0, since = now } = pauses ?? {};
  const sum = over + (now - since);
  return isHeld ? { over: sum, since: now } : { over: sum };
}
