/** JSON of runs: `thaw run`, `thaw watch` and `thaw cancel`. Public API. */
import type { RunView } from "../../client/runs/watch.js";
import type { cancelSchema, runSchema, startedRunSchema } from "../../spec/schemas/cli/runs.js";
import type { Shape } from "../../spec/schemas/exact.js";
import type { RunSurroundings } from "../render/runs/run.js";

export type StartedRunJson = Shape<typeof startedRunSchema>;
export type RunJson = Shape<typeof runSchema>;
export type CancelJson = Shape<typeof cancelSchema>;

export function runJson(view: RunView, { url, warning }: RunSurroundings): RunJson {
  const { startedAt, closedAt, ...rest } = view;
  return {
    ...rest,
    startedAt: startedAt.toISOString(),
    ...(closedAt === undefined ? {} : { closedAt: closedAt.toISOString() }),
    ...(url === undefined ? {} : { url }),
    ...(warning === undefined ? {} : { warning }),
  };
}
