/** Drift as a step of retraining: whether new images look like those that the version in use was evaluated on. */
import type { DriftInBrief } from "../records/drift.js";
import type { Metered } from "../records/usage.js";
import type { ModelSpec } from "../runFile/model.js";
import type { AskedRun, Look } from "./retraining.js";

/** Raised when the same images and version would give another record. */
export const DRIFT_VERSION = 1;

/** Heavy activity of retraining, on a training worker. */
export interface DriftActivities {
  /** Holds the images that the version does not know against those that it was evaluated on. */
  compareDrift(request: {
    readonly run: AskedRun;
    /** The version in use. */
    readonly version: number;
    /** Digest of the images as they were looked at. */
    readonly source: string;
  }): Promise<Metered<DriftInBrief>>;
}

/**
 * Whether a look is followed by a comparison. Where images were replaced in a bucket under their old names, a listing does not
 * tell which: those are compared with nothing.
 */
export function looksForDrift(
  { added, changed, inUse }: Pick<Look, "added" | "changed" | "inUse">,
  // A schedule may have been applied by an older thaw, whose run file says nothing.
  { drift = true }: Partial<Pick<ModelSpec, "drift">>,
): boolean {
  return drift && inUse !== undefined && added + changed > 0;
}

/** Whether somebody should hear of it. */
export function isAlarming({ verdict }: DriftInBrief): boolean {
  return verdict === "different" || verdict === "may-hurt";
}
