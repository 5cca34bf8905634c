/** How long a pod is given from SIGTERM to SIGKILL. */

/** Kubernetes' own default, and enough for the checkpoints of all catalogued bases on a store nearby. */
const LEAST_SECONDS = 30;
/** Spot nodes that are taken away give no more than two to ten minutes. */
const MOST_SECONDS = 600;
/** The batch at work is finished first, the file is written, and the engine ended. */
const BESIDES_SECONDS = 15;
/** Uploads vary with what else the store does. */
const MARGIN = 3;

/** @param checkpointSeconds slowest upload of a checkpoint, where it has been measured */
export function graceSeconds(checkpointSeconds: number | undefined): number {
  if (checkpointSeconds === undefined) return LEAST_SECONDS;
  const wanted = Math.ceil(MARGIN * checkpointSeconds) + BESIDES_SECONDS;
  return Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, wanted));
}
