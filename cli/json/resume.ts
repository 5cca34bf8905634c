/** JSON of `thaw resume --detach` and `--dry-run`. Public API. */
import type { PlanJson } from "./plan.js";
import type { StartedRunJson } from "./run.js";

/** Without `runId` when nothing was started. */
export interface ResumeJson extends Partial<StartedRunJson> {
  readonly resumedFrom: string;
  readonly stages: PlanJson["stages"];
}
