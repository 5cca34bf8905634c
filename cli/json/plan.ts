/** JSON of `thaw plan`. Public API. */
import type { PlannedStage } from "../../client/plan/foresee.js";

export interface PlanJson {
  readonly model: string;
  /** In the order in which they would run. */
  readonly stages: readonly {
    readonly name: string;
    readonly action: "reuse" | "run" | "skip" | "maybe";
    readonly why: string;
    /** Key and digest of the artifact that would be reused. */
    readonly artifact?: { readonly key: string; readonly digest: string };
  }[];
}

export function planJson(model: string, stages: readonly PlannedStage[]): PlanJson {
  return {
    model,
    stages: stages.map(({ name, action, why, artifact }) => ({
      name,
      action,
      why,
      ...(artifact === undefined ? {} : { artifact: { key: artifact.key, digest: artifact.digest } }),
    })),
  };
}
