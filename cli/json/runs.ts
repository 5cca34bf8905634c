/** JSON of `thaw runs`. Public API. */
import type { ListedRuns } from "../../client/runs/list.js";
import type { runsSchema } from "../../spec/schemas/cli/runs.js";
import type { Shape } from "../../spec/schemas/exact.js";
import { damagedJson } from "./damaged.js";

export type RunsJson = Shape<typeof runsSchema>;

export function runsJson({ runs, damaged, more }: ListedRuns): RunsJson {
  return {
    runs: runs.map(({ startedAt, closedAt, ...run }) => ({
      ...run,
      startedAt: startedAt.toISOString(),
      ...(closedAt === undefined ? {} : { closedAt: closedAt.toISOString() }),
    })),
    ...(more === 0 ? {} : { more }),
    ...damagedJson(damaged),
  };
}
