/** JSON of `thaw plan`. Public API. */
import type { AutoBases } from "../../client/bases/auto/choose.js";
import type { Forecasts } from "../../client/forecast/forecasts.js";
import type { PlannedStage } from "../../client/plan/foresee.js";
import type { AutoPrecision } from "../../spec/engine/precision.js";
import type { planSchema } from "../../spec/schemas/cli/runs.js";
import type { Shape } from "../../spec/schemas/exact.js";

export type PlanJson = Shape<typeof planSchema>;

/** What a run file leaves to `auto`, and what came of it. */
export interface AutoSettled {
  readonly bases?: AutoBases | undefined;
  readonly precision?: AutoPrecision | undefined;
}

/** What people are told on stderr before it begins. */
export function forewarned(warnings: readonly string[]): { warnings?: string[] } {
  return warnings.length === 0 ? {} : { warnings: [...warnings] };
}

export function planJson(
  model: string,
  stages: readonly PlannedStage[],
  { time, activations, shards, imageShards }: Forecasts = {},
  { bases, precision }: AutoSettled = {},
): PlanJson {
  return {
    model,
    stages: stages.map(({ name, action, why, artifact }) => ({
      name,
      action,
      why,
      ...(artifact === undefined ? {} : { artifact: { key: artifact.key, digest: artifact.digest } }),
    })),
    ...(time === undefined ? {} : { forecast: time }),
    ...(bases === undefined ? {} : { bases: { taken: [...bases.taken], leftOut: [...bases.leftOut] } }),
    ...(precision === undefined ? {} : { precision: { ...precision } }),
    ...(activations === undefined
      ? {}
      : {
          activations: {
            ...activations,
            kept: [...activations.kept],
            recomputed: [...activations.recomputed],
          },
        }),
    ...(shards === undefined ? {} : { shards: { ...shards } }),
    ...(imageShards === undefined ? {} : { imageShards: { ...imageShards } }),
  };
}
