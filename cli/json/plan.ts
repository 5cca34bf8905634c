/** JSON of `thaw plan`. Public API. */
import type { AutoBases } from "../../client/bases/auto/choose.js";
import type { PlannedActivations } from "../../client/forecast/activations.js";
import type { PlannedTime } from "../../client/forecast/planned.js";
import type { PlannedShards } from "../../client/forecast/shards.js";
import type { PlannedStage } from "../../client/plan/foresee.js";
import type { planSchema } from "../../spec/schemas/cli/runs.js";
import type { Shape } from "../../spec/schemas/exact.js";

export type PlanJson = Shape<typeof planSchema>;

/** What people are told on stderr before it begins. */
export function forewarned(warnings: readonly string[]): { warnings?: string[] } {
  return warnings.length === 0 ? {} : { warnings: [...warnings] };
}

/** @param auto what `bases: auto` came to, where the run file says that */
export function planJson(
  model: string,
  stages: readonly PlannedStage[],
  forecast?: PlannedTime,
  auto?: AutoBases,
  activations?: PlannedActivations,
  shards?: PlannedShards,
): PlanJson {
  return {
    model,
    stages: stages.map(({ name, action, why, artifact }) => ({
      name,
      action,
      why,
      ...(artifact === undefined ? {} : { artifact: { key: artifact.key, digest: artifact.digest } }),
    })),
    ...(forecast === undefined ? {} : { forecast }),
    ...(auto === undefined ? {} : { bases: { taken: [...auto.taken], leftOut: [...auto.leftOut] } }),
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
  };
}
