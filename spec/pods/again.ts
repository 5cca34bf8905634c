/** When a run that goes on with fewer pods than it may have asks for the missing one again. */
import { secondsIn } from "./duration.js";
import type { PodPlan } from "./groups.js";

/** A node that others have left, or that was added, is there within minutes. */
const FIRST_SECONDS = 5 * 60;
/** Each time is a Job that waits for its node while a stage waits with it. */
const MOST_SECONDS = 3600;

/**
 * Twice as long each time; who waits less than the first of them for a node, asks as soon.
 * @param times it got none, one after the other, from 1
 * @returns milliseconds
 */
export function askedAgainAfter({ kubernetes }: PodPlan, times: number): number {
  const queue = kubernetes?.timeouts?.queue;
  const first = queue === undefined ? FIRST_SECONDS : Math.min(FIRST_SECONDS, secondsIn(queue));
  return 1000 * Math.min(MOST_SECONDS, first * 2 ** (times - 1));
}
