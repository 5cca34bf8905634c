/** JSON of `thaw plan`. Public API. */
import type { PlannedTime } from "../../client/forecast/planned.js";
import type { PlannedStage } from "../../client/plan/foresee.js";
import type { planSchema } from "../../spec/schemas/cli/runs.js";
import type { Shape } from "../../spec/schemas/exact.js";

export type PlanJson = Shape<typeof planSchema>;

export function planJson(model: string, stages: readonly PlannedStage[], forecast?: PlannedTime): PlanJson {
  return {
    model,
    stages: stages.map(({ name, action, why, artifact }) => ({
      name,
      action,
      why,
      ...(artifact === undefined ? {} : { artifact: { key: artifact.key, digest: artifact.digest } }),
    })),
    ...(forecast === undefined ? {} : { forecast }),
  };
}
